import MessageContract
import Messaging
import Testing
import WorkspaceApplication
import WorkspaceDomain

/// What senders are told if their message is not a CloudEvent in structured mode.
@Suite struct MessageFormTests {
  private func refusal(_ body: [UInt8], _ change: (inout MessageProperties) -> Void) -> InvalidCommand? {
    var properties = MessageProperties()
    change(&properties)
    do throws(InvalidCommand) {
      _ = try CommandDecoder().decode(body, properties)
      return nil
    } catch {
      return error
    }
  }

  private func refusal(_ body: String, _ change: (inout MessageProperties) -> Void) -> InvalidCommand? {
    refusal(Array(body.utf8), change)
  }

  @Test(arguments: ["application/octet-stream", "text/plain", "Text/Plain; charset=utf-8"] as [ShortString])
  func `another content type is named, with the ones to send`(type: ShortString) throws {
    let refusal = try #require(refusal(SampleCommand().text) { $0.contentType = type })
    #expect(refusal.reason == .invalidEnvelope && refusal.envelope.id == "c-1")
    #expect(
      refusal.detail.contains(type == "application/octet-stream" ? "\"application/octet-stream\"" : "\"text/plain\""))
    #expect(refusal.detail.contains("application/cloudevents+json"))
    let unreadable = try #require(self.refusal("{") { $0.contentType = type })
    #expect(unreadable.reason == .malformedJSON && unreadable.detail.contains("application/cloudevents+json"))
  }

  @Test func `the refusal of an array with another content type names the one for batches`() throws {
    let refusal = try #require(refusal("[" + SampleCommand().text + "]") { $0.contentType = nil })
    #expect(refusal.reason == .invalidEnvelope)
    #expect(
      refusal.detail.contains("the body is a JSON array")
        && refusal.detail.contains("application/cloudevents-batch+json"))
    let nested = try #require(self.refusal("[]") { $0.contentType = "application/cloudevents-batch+json" })
    #expect(nested.detail.contains("an element of the batch is not a JSON object"))
  }

  @Test(arguments: ["cloudEvents:", "cloudEvents_"]) func `binary mode is named, and so is the command`(prefix: String)
    throws
  {
    var headers = HeaderTable()
    for (name, value) in [
      ("specversion", "1.0"), ("id", "c-1"), ("source", "/upstream"), ("type", "workspace.create_root"),
      ("tenantid", SampleCommand.tenant),
    ] {
      headers.append(prefix + name, value)
    }
    for body in [#"{"name":"Home"}"#, "plain", "[]", ""] {
      let refusal = try #require(
        refusal(body) {
          $0.headers = headers
          $0.contentType = "application/json"
        })
      #expect(refusal.reason == .invalidEnvelope)
      #expect(refusal.detail.contains("binary mode") && refusal.detail.contains("structured mode"))
      #expect(refusal.envelope.id == "c-1" && refusal.envelope.source == "/upstream")
      #expect(
        refusal.envelope.type == "workspace.create_root" && refusal.envelope.tenantID == TenantID(SampleCommand.tenant))
    }
    #expect(
      refusal(SampleCommand().text) { $0.headers = headers } == nil, "a complete body needs no attributes in headers")
  }

  @Test func `an invalid attribute of binary mode is left out`() throws {
    var headers = HeaderTable()
    headers.append("cloudEvents:id", "a\u{0}b")
    headers.append("cloudEvents:source", "/upstream")
    let refusal = try #require(refusal("{}") { $0.headers = headers })
    #expect(refusal.envelope.id == nil && refusal.envelope.source == "/upstream")
  }

  @Test func `a compressed body is refused as such`() throws {
    let refusal = try #require(refusal([0x1F, 0x8B, 8, 0]) { $0.contentEncoding = "gzip" })
    #expect(refusal.reason == .malformedJSON)
    #expect(refusal.detail.contains("content encoding is \"gzip\"") && refusal.detail.contains("byte 0"))
    #expect(self.refusal(SampleCommand().text) { $0.contentEncoding = "utf-8" } == nil)
    #expect(self.refusal("{") { $0.contentEncoding = "UTF-8" }?.detail == "the body is not valid JSON from byte 1 on")
  }

  @Test func `an AMQP 1.0 value is refused as such`() throws {
    // {amqp_value, {utf8, "{}"}}
    let refusal = try #require(refusal([0x00, 0x53, 0x77, 0xA1, 0x02, 0x7B, 0x7D]) { $0.type = "amqp-1.0" })
    #expect(refusal.reason == .malformedJSON)
    #expect(refusal.detail.contains("AMQP 1.0") && refusal.detail.contains("as data"))
  }

  @Test(arguments: [
    "2026-11-28T10:00", "2026-11-28T10:00:00", "2026-11-28 10:00:00Z", "28.11.2026",
  ]) func `an invalid time is shown with a valid example`(time: String) throws {
    let refusal = try #require(SampleCommand().with("time", "\"\(time)\"").refusal)
    #expect(refusal.detail.contains("\"\(time)\"") && refusal.detail.contains("2026-11-28T10:00:00Z"))
  }

  @Test func `a value is shown shortened, and can't be mistaken for anything else`() throws {
    let long = String(repeating: "x", count: 100_000)
    let refusal = try #require(SampleCommand().with("time", "\"\(long)\"").refusal)
    #expect(refusal.detail.utf8.count < 200)
    let forged = try #require(SampleCommand().with("time", #""a\n\u001b[31m\"\u202e\u2028""#).refusal)
    #expect(forged.detail.contains(#""a\u{a}\u{1b}[31m\"\u{202e}\u{2028}""#))
    #expect(!forged.detail.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
  }
}
