import MessageContract
import Messaging
import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

/// The rules of the envelope's attributes.
@Suite struct EnvelopeTests {
  private static func quoted(_ character: Unicode.Scalar, _ count: Int) -> String {
    "\"" + String(repeating: String(Character(character)), count: count) + "\""
  }

  @Test func `a command with all attributes is read in full`() throws {
    let command = try SampleCommand()
      .with("userid", "\"alice\"").with("time", "\"2026-11-23T08:00:00Z\"").with("subject", "17")
      .with("traceparent", "\"\(SampleCommand.traceparent)\"").with("tracestate", "\"a=1,b=2\"")
      .with("datacontenttype", "\"application/json\"").with("unknown", "[{}]").decoded()
    #expect(command.type == .get)
    #expect(
      command.context
        == CommandContext(
          key: CommandKey(tenantID: try #require(TenantID(SampleCommand.tenant)), source: "/upstream", id: "c-1"),
          userID: "alice",
          trace: TraceContext(traceparent: SampleCommand.traceparent, tracestate: "a=1,b=2")))
    #expect(command.command.isEqual(to: .get(id: try #require(WorkspaceID(SampleCommand.workspace)))))
    #expect(command.fingerprint.withUser.count == 32)
  }

  @Test func `optional attributes may be absent or null`() throws {
    var command = SampleCommand()
    for name in ["userid", "time", "traceparent", "tracestate", "subject"] { command = command.with(name, "null") }
    for decoded in [try command.decoded(), try SampleCommand().decoded()] {
      #expect(decoded.context.userID == nil)
      #expect(decoded.context.trace == nil)
    }
  }

  @Test(
    arguments: ["specversion", "id", "source", "type", "tenantid"],
    [nil, "null", "1", "1.0", "true", "[]", "{}", "[\"1.0\"]", "\"\""])
  func `a required attribute that is missing, null or not a string is refused`(name: String, value: String?) throws {
    let refusal = try #require(SampleCommand().with(name, value).refusal)
    #expect(refusal.reason == .invalidEnvelope)
    #expect(refusal.detail.contains(name))
    #expect(refusal.envelope.id == (name == "id" ? nil : "c-1"))
    #expect(refusal.envelope.source == (name == "source" ? nil : "/upstream"))
    #expect(refusal.envelope.type == (name == "type" ? nil : "workspace.get"))
    #expect(refusal.envelope.tenantID == (name == "tenantid" ? nil : TenantID(SampleCommand.tenant)))
  }

  @Test(arguments: ["userid", "time", "traceparent", "tracestate"], ["1", "false", "[]", "{}"])
  func `an optional attribute that is not a string is refused`(name: String, value: String) {
    #expect(SampleCommand().with(name, value).refusal?.reason == .invalidEnvelope)
  }

  @Test(arguments: [
    ("specversion", "\"1\""), ("specversion", "\"1.0.2\""), ("specversion", "\"0.3\""), ("specversion", "\" 1.0\""),
    ("id", "\"a\\u0000\""), ("id", "\"\\n\""), ("id", "\"\\u007f\""), ("id", "\"\\uFFFE\""),
    ("id", quoted("a", 129)), ("id", quoted("😀", 129)), ("source", "\"/" + String(repeating: "a", count: 256) + "\""),
    ("source", "\"with space\""), ("source", "\"é\""), ("source", "\"%\""), ("source", "\"a\\\\b\""),
    ("tenantid", "\"tenant\""), ("tenantid", "\"81ARZ3NDEKTSV4RRFFQ69G5FAV\""),
    ("tenantid", "\"01ARZ3NDEKTSV4RRFFQ69G5FA\""),
    ("tenantid", "\" 01ARZ3NDEKTSV4RRFFQ69G5FAV\""), ("tenantid", "\"01ARZ3NDEKTSV4RRFFQ69G5FAL\""),
    ("userid", "\"\""), ("userid", quoted("a", 256)), ("userid", "\"a\\tb\""), ("time", "\"yesterday\""),
    ("time", "\"\""),
    ("type", quoted("a", 256)), ("type", "\"workspace.get\\u0000\""),
  ])
  func `a value that the attribute can't have is refused`(name: String, value: String) {
    #expect(SampleCommand().with(name, value).refusal?.reason == .invalidEnvelope)
  }

  @Test(
    arguments: [
      ("id", quoted("a", 1)), ("id", quoted("a", 128)), ("id", quoted("😀", 128)),
      ("id", "\"" + String(repeating: "e\u{301}", count: 64) + "\""),
      ("id", "\" \""), ("source", quoted("a", 256)), ("source", "\"#\""),
      ("source", "\"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\""),
      ("userid", quoted("漢", 255)), ("userid", quoted("😀", 255)), ("tenantid", "\"01arz3ndektsv4rrffq69g5fav\""),
      ("specversion", "\"\\u0031.0\""),
    ] as [(String, String)])
  func `a value at the limit is accepted, counted in scalars`(name: String, value: String) {
    #expect(SampleCommand().with(name, value).refusal == nil)
  }

  @Test(arguments: [
    "workspace", "workspace.", "workspace.get ", "Workspace.get", "workspace.get.succeeded", "workspace.created", "x",
    "😀",
  ])
  func `an unknown type is distinguished from an invalid envelope`(type: String) {
    let refusal = SampleCommand(type).refusal
    #expect(refusal?.reason == .unknownCommandType)
    #expect(refusal?.envelope.type == type)
    #expect(SampleCommand(type).with("id", nil).refusal?.reason == .invalidEnvelope)
    #expect(SampleCommand(type, data: "[]").refusal?.reason == .unknownCommandType)
  }

  @Test(arguments: ["[]", "null", "1", "\"x\"", "true", "[{}]"])
  func `a document that is not an object is not an envelope`(text: String) {
    #expect(throws: InvalidCommand.self) { try CommandDecoder().decode(Array(text.utf8), contentType: nil) }
    do throws(InvalidCommand) {
      _ = try CommandDecoder().decode(Array(text.utf8), contentType: nil)
    } catch {
      #expect(error.reason == .invalidEnvelope)
      #expect(error.envelope == PartialEnvelope())
    }
  }

  @Test(arguments: [
    ("\"x\"", "\"a=1\""), ("\"\"", "\"a=1\""), ("\"\(SampleCommand.traceparent)-\"", "\"a=1\""), ("null", "\"a=1\""),
  ])
  func `an invalid trace is left out, and never a reason to refuse`(
    traceparent: String, tracestate: String
  ) throws {
    let command = try SampleCommand().with("traceparent", traceparent).with("tracestate", tracestate).decoded()
    #expect(command.context.trace == nil)
  }

  @Test(arguments: ["\"\"", "\"a\\u0000\"", quoted("a", 513)])
  func `an unusable tracestate is left out and the traceparent stays`(tracestate: String) throws {
    let command = try SampleCommand().with("traceparent", "\"\(SampleCommand.traceparent)\"").with(
      "tracestate", tracestate
    ).decoded()
    #expect(command.context.trace == TraceContext(traceparent: SampleCommand.traceparent))
  }

  @Test(
    arguments: [
      nil, "", "application/json", "application/cloudevents+json", "APPLICATION/CloudEvents+JSON",
      "application/json; charset=utf-8", "application/cloudevents+json;charset=UTF-8",
      "application/json ; charset=utf-8", "\tapplication/cloudevents+json\t; charset=utf-8",
    ] as [ShortString?])
  func `JSON is read with its content type or none`(type: ShortString?) throws {
    #expect(try CommandDecoder().decode(SampleCommand().bytes, contentType: type).type == .get)
  }

  @Test(
    arguments: [
      "text/plain", "application/xml", "application/jsonx", "json", ";", " ",
      "application/octet-stream", "application/json, text/plain",
    ] as [ShortString])
  func `another content type is refused, and the envelope is read all the same`(type: ShortString) {
    do throws(InvalidCommand) {
      _ = try CommandDecoder().decode(SampleCommand().bytes, contentType: type)
      Issue.record("accepted")
    } catch {
      #expect(error.reason == .invalidEnvelope)
      #expect(error.envelope.id == "c-1")
    }
  }

  @Test func `a content type that is not UTF-8 is refused`() {
    #expect(throws: InvalidCommand.self) {
      try CommandDecoder().decode(SampleCommand().bytes, contentType: ShortString(bytes: [0xFF, 0x2F]))
    }
  }

  @Test func `a body at the limit is read; one more byte is too large, whatever it holds`() throws {
    var limits = ContractLimits()
    let body = SampleCommand().bytes
    limits.maximumBodyBytes = body.count
    #expect(try CommandDecoder(limits: limits).decode(body, contentType: nil).type == .get)
    for tooLarge in [body + [0x20], Array(repeating: 0xFF, count: body.count + 1)] {
      do throws(InvalidCommand) {
        _ = try CommandDecoder(limits: limits).decode(tooLarge, contentType: nil)
        Issue.record("accepted")
      } catch {
        #expect(error.reason == .messageTooLarge)
        #expect(error.envelope == PartialEnvelope())
      }
    }
    #expect(ContractLimits().maximumBodyBytes == 262_144)
  }
}
