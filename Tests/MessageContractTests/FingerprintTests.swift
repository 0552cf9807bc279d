import MessageContract
import StrictJSON
import TestFixtures
import Testing
import WorkspaceApplication

/// What makes two messages with one key the same command.
@Suite struct FingerprintTests {
  private func fingerprint(_ text: String) throws -> [UInt8] {
    try CommandDecoder().decode(Array(text.utf8), contentType: nil).fingerprint.withUser
  }

  private func fingerprint(data: String) throws -> [UInt8] {
    try SampleCommand("workspace.create_root", data: data).decoded().fingerprint.withUser
  }

  @Test(arguments: [
    ["{}", " { } ", "null"], [#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, #"{ "b" : 2.0 , "a" : 10e-1 }"#],
    [#"{"n":100}"#, #"{"n":1e2}"#, #"{"n":100.00}"#, #"{"n":1E+2}"#], [#"{"n":0}"#, #"{"n":-0}"#, #"{"n":0.0e5}"#],
    [#"{"s":"é/A"}"#, #"{"s":"\u00e9\/\u0041"}"#], [#"{"s":"😀"}"#, #"{"s":"\ud83d\ude00"}"#, #"{"s":"\uD83D\uDE00"}"#],
    [#"{"é":{"x":[1,{"b":1,"a":2}]}}"#, #"{"\u00e9":{"x":[1.0,{"a":2,"b":1}]}}"#],
    [#"{"name":"n"}"#, "{\n\t\"name\"\r:\"n\"}"],
    [#"{"name":"n"}"#, #"{"name":" n\t"}"#, #"{"name":"n","workspace_id":null}"#, #"{"name":"\u00a0n","limit":null}"#],
    [#"{"workspace_id":"01ARZ3NDEKTSV4RRFFQ69G5FAW"}"#, #"{"workspace_id":"01arz3ndektsv4rrffq69g5faw","name":null}"#],
  ])
  func `data of the same value has the same fingerprint, however it is written`(spellings: [String]) throws {
    #expect(try Set(spellings.map { try fingerprint(data: $0) }).count == 1)
  }

  @Test(arguments: [
    ["{}", #"{"a":null}"#, #"{"a":{}}"#, #"{"a":[]}"#, #"{"a":""}"#, #"{"a":0}"#, #"{"a":false}"#, #"{"a":"null"}"#],
    [#"{"a":1}"#, #"{"a":"1"}"#, #"{"a":[1]}"#, #"{"a":-1}"#, #"{"a":10}"#, #"{"a":1.0000000000000000000000001}"#],
    [#"{"a":[1,2]}"#, #"{"a":[2,1]}"#, #"{"a":[12]}"#, #"{"a":[[1],2]}"#],
    [#"{"a":"x","b":"y"}"#, #"{"a":"y","b":"x"}"#, #"{"a":"x\",\"b\":\"y"}"#],
    ["{\"a\":\"\u{E9}\"}", "{\"a\":\"e\u{301}\"}"], ["{\"\u{E9}\":1}", "{\"e\u{301}\":1}"],
    [#"{"name":"n"}"#, #"{"name":"N"}"#, #"{"Name":"n"}"#],
    [#"{"a":9007199254740992}"#, #"{"a":9007199254740993}"#], [#"{"x":" n"}"#, #"{"x":"n"}"#],
    [#"{"a":"\ud83d"}"#, #"{"a":"\ud83e"}"#, #"{"a":"\ud83dx"}"#, #"{"a":"\ufffd"}"#],
    [#"{"\ud83d":1}"#, #"{"\ud83e":1}"#, "{}"],
  ])
  func `data of different values has different fingerprints, however alike`(values: [String]) throws {
    #expect(try Set(values.map { try fingerprint(data: $0) }).count == values.count)
  }

  @Test func `attributes other than type and user don't matter, nor does their order`() throws {
    let command = SampleCommand()
    let fingerprint = try command.decoded().fingerprint.withUser
    let traced = "\"\(SampleCommand.traceparent)\""
    for same in [
      command.with("time", "\"2026-01-01T00:00:00Z\""), command.with("traceparent", traced),
      command.with("traceparent", traced).with("tracestate", "\"a=1\""), command.with("subject", "\"s\""),
      command.with("unknown", "{\"data\":{}}"),
      command.with("id", "\"other\""), command.with("source", "\"/other\""),
      command.with("tenantid", "\"\(SampleCommand.tenant.lowercased())\""),
    ] {
      #expect(try same.decoded().fingerprint.withUser == fingerprint)
    }
    #expect(try self.fingerprint(command.reversedText) == fingerprint)
  }

  @Test func `data in Base64 counts as the data it holds`() throws {
    let command = SampleCommand("workspace.create_root", data: #"{"name":"n"}"#)
    let encoded = command.with("data", nil).with("data_base64", #""eyJuYW1lIjogIm4ifQ==""#)
    #expect(try encoded.decoded().fingerprint.withUser == command.decoded().fingerprint.withUser)
    #expect(try encoded.decoded().command == command.decoded().command)
    let other = command.with("data", nil).with("data_base64", #""eyJuYW1lIjoiTiJ9""#)
    #expect(try other.decoded().fingerprint.withUser != command.decoded().fingerprint.withUser)
  }

  @Test func `an entry from before users were included is compared by its own rule`() throws {
    let command = SampleCommand("workspace.create_root", data: #"{"name":"n"}"#)
    let written = try command.decoded().fingerprint
    // Computed by version 11 of the schema.
    #expect(
      written.withoutUser.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        == "4dc1fb0a380f2fc2a08be3961c4fa397bf519d0119749bd02daad859ffe1fea2")
    let entry = RecordedFingerprint(rule: .withoutUser, digest: written.withoutUser)
    for same in [command.with("userid", #""bob""#), command.with("time", #""2026-01-01T00:00:00Z""#)] {
      #expect(try entry.matches(same.decoded().fingerprint))
    }
    for other in [command.with("data", #"{"name":"n "}"#), command.with("data", nil)] {
      #expect(try !entry.matches(other.decoded().fingerprint))
    }
    #expect(try !written.recorded.matches(command.with("userid", #""bob""#).decoded().fingerprint))
  }

  @Test func `another type or another user makes a different command`() throws {
    let commands = [
      SampleCommand("workspace.get"), SampleCommand("workspace.delete"), SampleCommand("workspace.list"),
      SampleCommand("workspace.create_root"),
      SampleCommand().with("userid", #""bob""#), SampleCommand().with("userid", #""null""#),
    ]
    #expect(try Set(commands.map { try $0.decoded().fingerprint.withUser }).count == commands.count)
  }

  @Test func `random data has one fingerprint in every member order and with any white space`() throws {
    var random = SeededRandom(seed: 9)
    var seen: Set<[UInt8]> = []
    for round in 0..<200 {
      let members =
        (0..<4).map { "\"k\($0)\":" + RandomDocument.text(depth: 3, using: &random) } + ["\"round\":\(round)"]
      let fingerprint = try fingerprint(data: "{" + members.joined(separator: ",") + "}")
      #expect(
        try self.fingerprint(data: "{ " + members.shuffled(using: &random).joined(separator: " ,\n") + "}")
          == fingerprint)
      seen.insert(fingerprint)
    }
    #expect(seen.count == 200)
  }
}
