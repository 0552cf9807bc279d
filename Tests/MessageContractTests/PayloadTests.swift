import MessageContract
import StrictJSON
import Testing
import WorkspaceApplication

/// The data of a command, in either of its members, and strings in it that aren't valid text.
@Suite struct PayloadTests {
  private func command(base64 text: String) -> SampleCommand {
    SampleCommand("workspace.create_root").with("data", nil).with("data_base64", text)
  }

  @Test func `data in Base64 is decoded if it holds an object, or null, which counts as none`() throws {
    #expect(try command(base64: #""bnVsbA==""#).decoded().command == .createRoot(name: nil, id: nil))
    #expect(try command(base64: #""eyJuYW1lIjoiSG9tZSJ9""#).decoded().command == .createRoot(name: "Home", id: nil))
    #expect(try command(base64: #""eyJuYW1lIjogIm4ifQ==""#).decoded().command == .createRoot(name: "n", id: nil))
    #expect(try command(base64: #""e30=""#).decoded().command == .createRoot(name: nil, id: nil))
    #expect(try command(base64: "null").decoded().command == .createRoot(name: nil, id: nil))
    #expect(try command(base64: #""e30=""#).with("data", "null").decoded().command == .createRoot(name: nil, id: nil))
  }

  @Test(
    arguments: [
      (#""e30""#, "not Base64"), (#""e30=="#, nil), (#""e3 0=""#, "not Base64"), (#""e30-""#, "not Base64"),
      (#""=e30""#, "not Base64"),
      (#""SG9tZQ==""#, "does not contain JSON"), (#""""#, "does not contain JSON"), (#""W10=""#, "JSON object"),
      (#""eyJhIjoxLCJhIjoyfQ==""#, "duplicate key"), ("1", "Base64 string"), ("{}", "Base64 string"),
    ] as [(String, String?)])
  func `data in Base64 that is invalid, or holds no object, is never ignored`(text: String, detail: String?) throws {
    let refusal = try #require(command(base64: text).refusal)
    #expect(refusal.reason == (detail == nil ? .malformedJSON : .invalidData))
    if let detail { #expect(refusal.detail.contains(detail), "\(refusal.detail)") }
  }

  @Test func `both kinds of data are one too many`() throws {
    let refusal = try #require(command(base64: #""e30=""#).with("data", "{}").refusal)
    #expect(refusal.reason == .invalidData && refusal.detail == "data and data_base64 are both present")
  }

  @Test(arguments: [
    ("id", "c-1"), ("source", "/upstream"), ("type", "workspace.get"), ("tenantid", SampleCommand.tenant),
    ("userid", ""),
    ("time", ""), ("specversion", "1.0"), ("traceparent", ""),
  ]) func `half of a surrogate pair in an attribute is named, and the other attributes are read`(
    name: String, value: String
  ) throws {
    for half in ["\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83d\\u0041", "\\ud83d\\n"] {
      let refusal = try #require(SampleCommand().with(name, "\"\(value)\(half)\"").refusal)
      #expect(refusal.reason == .invalidEnvelope)
      #expect(refusal.detail == "the attribute \(name) contains an unpaired surrogate, which is not a character")
      #expect(refusal.envelope.id == (name == "id" ? nil : "c-1"))
      #expect((refusal.envelope.tenantID == nil) == (name == "tenantid"))
    }
  }

  @Test func `half of a surrogate pair in data that a command uses is named, and ignored in data that it ignores`()
    throws
  {
    let used = try #require(SampleCommand("workspace.create_root", data: #"{"name":"abc\ud83d"}"#).refusal)
    #expect(used.reason == .invalidData && used.detail.contains("name contains an unpaired surrogate"))
    #expect(used.envelope.id == "c-1" && used.envelope.type == "workspace.create_root")
    for ignored in [
      SampleCommand("workspace.create_root", data: #"{"name":"n","x":"\ud83d","\ude00":[{"\ud83d\ud83d":"\udfff"}]}"#),
      SampleCommand("workspace.create_root", data: #"{"name":"n"}"#).with("subject", #""\ud83d""#).with(
        "unknown", #"["\udc00"]"#),
    ] {
      #expect(try ignored.decoded().command == .createRoot(name: "n", id: nil))
    }
  }

  @Test func `a pair is a character, and half of one does not change the reading of what follows`() throws {
    #expect(
      try SampleCommand("workspace.create_root", data: #"{"name":"\ud83d\ude00"}"#).decoded().command
        == .createRoot(name: "😀", id: nil))
    for text in [#""\ud83d\u00""#, #""\ud83d\x""#, #""\ud83d"#, #""\ud8""#] {
      #expect(SampleCommand().with("subject", text).refusal?.reason == .malformedJSON)
    }
    #expect(
      SampleCommand().with("subject", #""\ud83d","\ud83e":1,"\ud83e":2,"x":""#).refusal?.reason == .malformedJSON,
      "a duplicate key")
  }

  @Test func `bytes that are not UTF-8 stay malformed beside half of a pair`() {
    let bytes = Array(#"{"subject":"\ud83d"#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8)
    #expect(throws: InvalidCommand.self) { try CommandDecoder().decode(bytes, contentType: nil) }
    #expect(throws: JSONReader.Problem.self) { try JSONReader.read(bytes) }
  }

  @Test func `Base64 follows RFC 4648`() {
    for (text, bytes) in [
      ("", []), ("Zg==", [0x66]), ("Zm8=", [0x66, 0x6F]), ("Zm9v", [0x66, 0x6F, 0x6F]), ("/+8=", [0xFF, 0xEF]),
    ] as [(String, [UInt8])] {
      #expect(Base64.decode(text.utf8) == bytes)
    }
    for text in ["Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm9v\n", "Z*9v", "Zm==Zm8="] {
      #expect(Base64.decode(text.utf8) == nil, "\(text)")
    }
  }
}
