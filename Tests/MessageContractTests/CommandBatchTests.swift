import MessageContract
import Messaging
import TestFixtures
import Testing
import WorkspaceApplication

@Suite struct CommandBatchTests {
  private func elements(
    _ body: String, type: ShortString? = "application/cloudevents-batch+json", limits: ContractLimits = ContractLimits()
  ) throws -> [Delivery]? {
    var properties = MessageProperties()
    properties.contentType = type
    properties.messageID = "m-1"
    return try CommandBatch.elements(
      of: Delivery(
        tag: DeliveryTag(generation: 1, number: 7), isRedelivered: true, exchange: "e", routingKey: "workspace.batch",
        properties: properties, body: Array(body.utf8)), limits: limits)
  }

  private func reason(_ body: String, limits: ContractLimits = ContractLimits()) -> DeadLetterReason? {
    do { _ = try elements(body, limits: limits) } catch { return (error as? InvalidCommand)?.reason }
    return nil
  }

  @Test func `each element is a delivery with its own bytes and the properties of the message`() throws {
    let found = try #require(try elements("[ {\"a\":1}, 2 ]"))
    #expect(found.map { String(decoding: $0.body, as: UTF8.self) } == ["{\"a\":1}", "2"])
    #expect(found.map(\.element?.place) == [0, 1])
    #expect(
      found.allSatisfy {
        $0.tag.number == 7 && $0.isRedelivered && $0.routingKey == "workspace.batch" && $0.properties.messageID == "m-1"
      })
  }

  @Test(arguments: ["application/json", "application/cloudevents+json", "text/plain", nil] as [ShortString?])
  func `messages of another content type are not batches`(type: ShortString?) throws {
    #expect(try elements("[1]", type: type) == nil)
  }

  @Test(
    arguments: ["APPLICATION/CloudEvents-Batch+JSON", "application/cloudevents-batch+json; charset=utf-8"]
      as [ShortString])
  func `case and parameters of the content type don't matter`(type: ShortString) throws {
    #expect(try elements("[1]", type: type)?.count == 1)
  }

  @Test func `an array that is invalid or too large is invalid as a whole`() {
    var limits = ContractLimits()
    limits.maximumBatchElements = 2
    limits.maximumBatchBytes = 200
    for text in ["{}", "1", "null", "\"[]\""] { #expect(reason(text) == .invalidEnvelope, "\(text)") }
    limits.maximumBodyBytes = 3
    #expect(reason("{  }", limits: limits) == .malformedJSON, "its size would be multiplied in memory")
    for text in ["", "[", "[1,", "{", "x", "[1]]"] { #expect(reason(text) == .malformedJSON, "\(text)") }
    #expect(reason("[1,2,3]", limits: limits) == .messageTooLarge)
    #expect(reason("[1,2]", limits: limits) == nil)
    #expect(reason("[\"" + String(repeating: "x", count: 200) + "\"]", limits: limits) == .messageTooLarge)
  }

  @Test func `large properties count once for each element`() throws {
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    properties.headers = HeaderTable()
    properties.headers?.append("large", String(repeating: "x", count: 100_000))
    func elements(_ count: Int) throws -> [Delivery]? {
      try CommandBatch.elements(
        of: Delivery(
          tag: DeliveryTag(generation: 1, number: 1), isRedelivered: false, exchange: "", routingKey: "",
          properties: properties,
          body: Array(("[" + [String](repeating: "1", count: count).joined(separator: ",") + "]").utf8)),
        limits: ContractLimits())
    }
    #expect(try elements(40)?.count == 40)
    #expect { try elements(50) } throws: { ($0 as? InvalidCommand)?.reason == .messageTooLarge }
  }

  @Test func `an element is decoded as if it had come alone`() throws {
    let text = SampleCommand().text
    let found = try #require(try elements("[\(text), [\(text)], {\"oops\"}]"))
    #expect(try CommandDecoder().decode(found[0].body, found[0].properties).type == .get)
    for (element, reason) in zip(found[1...], [DeadLetterReason.invalidEnvelope, .malformedJSON]) {
      #expect { try CommandDecoder().decode(element.body, element.properties) } throws: {
        ($0 as? InvalidCommand)?.reason == reason
      }
    }
  }

  @Test func `an element that is sent again alone is distinguished from a batch`() {
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    #expect(CommandBatch.isElement(Array(" {}".utf8), properties))
    #expect(!CommandBatch.isElement(Array(" [{}]".utf8), properties))
    properties.contentType = "application/cloudevents+json"
    #expect(!CommandBatch.isElement(Array("{}".utf8), properties))
  }
}
