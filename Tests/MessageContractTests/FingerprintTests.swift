import MessageContract
import TestFixtures
import Testing

/// What makes two messages of one key the same command.
@Suite struct FingerprintTests {
  private func fingerprint(_ text: String) throws -> [UInt8] {
    try CommandDecoder().decode(Array(text.utf8), contentType: nil).fingerprint
  }

  private func fingerprint(data: String) throws -> [UInt8] {
    try SampleCommand("workspace.create_root", data: data).decoded().fingerprint
  }

  @Test("data of the same value has the same fingerprint, however it is written", arguments: [
    ["{}", " { } ", "null"], [#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, #"{ "b" : 2.0 , "a" : 10e-1 }"#],
    [#"{"n":100}"#, #"{"n":1e2}"#, #"{"n":100.00}"#, #"{"n":1E+2}"#], [#"{"n":0}"#, #"{"n":-0}"#, #"{"n":0.0e5}"#],
    [#"{"s":"é/A"}"#, #"{"s":"\u00e9\/\u0041"}"#], [#"{"s":"😀"}"#, #"{"s":"\ud83d\ude00"}"#, #"{"s":"\uD83D\uDE00"}"#],
    [#"{"é":{"x":[1,{"b":1,"a":2}]}}"#, #"{"\u00e9":{"x":[1.0,{"a":2,"b":1}]}}"#], [#"{"name":"n"}"#, "{\n\t\"name\"\r:\"n\"}"],
  ])
  func sameValue(spellings: [String]) throws {
    #expect(try Set(spellings.map { try fingerprint(data: $0) }).count == 1)
  }

  @Test("data of another value has another fingerprint, however alike", arguments: [
    ["{}", #"{"a":null}"#, #"{"a":{}}"#, #"{"a":[]}"#, #"{"a":""}"#, #"{"a":0}"#, #"{"a":false}"#, #"{"a":"null"}"#],
    [#"{"a":1}"#, #"{"a":"1"}"#, #"{"a":[1]}"#, #"{"a":-1}"#, #"{"a":10}"#, #"{"a":1.0000000000000000000000001}"#],
    [#"{"a":[1,2]}"#, #"{"a":[2,1]}"#, #"{"a":[12]}"#, #"{"a":[[1],2]}"#], [#"{"a":"x","b":"y"}"#, #"{"a":"y","b":"x"}"#, #"{"a":"x\",\"b\":\"y"}"#],
    ["{\"a\":\"\u{E9}\"}", "{\"a\":\"e\u{301}\"}"], ["{\"\u{E9}\":1}", "{\"e\u{301}\":1}"], [#"{"name":"n"}"#, #"{"name":"n "}"#, #"{"Name":"n"}"#],
    [#"{"a":9007199254740992}"#, #"{"a":9007199254740993}"#],
  ])
  func otherValue(values: [String]) throws {
    #expect(try Set(values.map { try fingerprint(data: $0) }).count == values.count)
  }

  @Test("attributes other than type and tenant don't matter, nor does their order")
  func otherAttributes() throws {
    let command = SampleCommand()
    let fingerprint = try command.decoded().fingerprint
    let traced = "\"\(SampleCommand.traceparent)\""
    for same in [
      command.with("time", "\"2026-01-01T00:00:00Z\""), command.with("userid", "\"bob\""), command.with("traceparent", traced),
      command.with("traceparent", traced).with("tracestate", "\"a=1\""), command.with("subject", "\"s\""), command.with("unknown", "{\"data\":{}}"),
      command.with("id", "\"other\""), command.with("source", "\"/other\""), command.with("tenantid", "\"\(SampleCommand.tenant.lowercased())\""),
    ] {
      #expect(try same.decoded().fingerprint == fingerprint)
    }
    #expect(try self.fingerprint(command.reversedText) == fingerprint)
  }

  @Test("another type and another tenant are another command")
  func typeAndTenant() throws {
    let commands = [
      SampleCommand("workspace.get"), SampleCommand("workspace.delete"), SampleCommand("workspace.list"), SampleCommand("workspace.create_root"),
      SampleCommand().with("tenantid", "\"\(SampleCommand.parent)\""),
    ]
    #expect(try Set(commands.map { try $0.decoded().fingerprint }).count == commands.count)
  }

  @Test("random data has one fingerprint in every order of its members and with any white space")
  func shuffled() throws {
    var random = SeededRandom(seed: 9)
    var seen: Set<[UInt8]> = []
    for round in 0..<200 {
      let members = (0..<4).map { "\"k\($0)\":" + RandomDocument.text(depth: 3, using: &random) } + ["\"round\":\(round)"]
      let fingerprint = try fingerprint(data: "{" + members.joined(separator: ",") + "}")
      #expect(try self.fingerprint(data: "{ " + members.shuffled(using: &random).joined(separator: " ,\n") + "}") == fingerprint)
      seen.insert(fingerprint)
    }
    #expect(seen.count == 200)
  }
}
