import MessageContract
import Messaging
import StrictJSON
import TestFixtures
import Testing
import WorkerRuntime
import WorkspaceDomain

/// The results and events of one transaction, published in batches.
@Suite struct BatchPublishingTests {
  private func fixture(results: PublishingForms.Form, events: PublishingForms.Form) -> ExecutorFixture {
    var forms = PublishingForms()
    (forms.results, forms.events) = (results, events)
    return ExecutorFixture(forms: forms)
  }

  private func elements(_ message: AMQPMessage) throws -> [[UInt8]] {
    try JSONArraySplitter.split(message.body, limit: .max).map { Array(message.body[$0]) }
  }

  private let commands: [CommandMessage] = [
    .createRoot("r", id: 1), .create("c", "child", below: 1, id: 2).with { $0.replyTo = "me" }, .delete("missing", 9),
    .invalid("i"),
    .rename("n", 2, to: "renamed"),
  ]

  @Test(arguments: PublishingForms.Form.allCases, PublishingForms.Form.allCases)
  func `each form has the same content, in the same order`(results: PublishingForms.Form, events: PublishingForms.Form)
    async throws
  {
    let expected = try await fixture(results: .single, events: .single).run(commands)
    let batches = try await fixture(results: results, events: events).run(commands)
    #expect(batches.results.map(\.body) == (results.hasSingles ? expected.results.map(\.body) : []))
    #expect(batches.events.map(\.body) == (events.hasSingles ? expected.events.map(\.body) : []))
    #expect(try batches.resultBatches.flatMap(elements) == (results.hasBatches ? expected.results.map(\.body) : []))
    #expect(try batches.eventBatches.flatMap(elements) == (events.hasBatches ? expected.events.map(\.body) : []))
    #expect(batches.replies == expected.replies && batches.announcements == expected.announcements)
    #expect(batches.resultBatches.count == (results.hasBatches ? 1 : 0), "one transaction, one batch")
  }

  @Test func `a batch says what it is, and the same content is the same message`() async throws {
    let fixture = fixture(results: .batch, events: .batch)
    let first = try await fixture.run(.createRoot("r", id: 1), .get("g", 1))
    let batch = try #require(first.resultBatches.first)
    #expect(batch.properties.contentType == "application/cloudevents-batch+json")
    #expect(batch.properties.deliveryMode == 2 && batch.properties.appID == "workspace-worker")
    #expect(batch.properties.messageID?.text.flatMap(ULID.init) != nil)
    #expect(batch.properties.correlationID == nil && batch.properties.type == nil)
    #expect(batch.routingKey == "workspace.batch")
    let again = try await fixture.run(.createRoot("r", id: 1), .get("g", 1))
    #expect(again.resultBatches == [batch])
    #expect(again.eventBatches.isEmpty)
    let other = try await fixture.run(.get("g", 1), .createRoot("r", id: 1))
    #expect(other.resultBatches.first?.properties.messageID != batch.properties.messageID)
  }

  @Test func `a batch is limited in number and in bytes, which only a single message may exceed`() {
    let sizes = [0, 1, 3, 100, 1000, 40_000, 262_140, 262_142, 262_143, 300_000]
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let small = Bool.random(using: &random)
      let messages = (0..<Int.random(in: 0...900, using: &random)).map { number in
        let size = (small ? sizes.prefix(4) : sizes[...]).randomElement(using: &random) ?? 0
        return EncodedMessage(
          id: .sample(UInt64(number)), type: "t", time: Timestamp(milliseconds: 0), tenantID: nil,
          body: .init(repeating: 1, count: size))
      }
      let batches = MessageBatches.split(messages)
      #expect(batches.flatMap { $0 } == messages)
      let lengths = batches.map { batch in batch.reduce(1) { $0 + $1.body.count + 1 } }
      for (batch, length) in zip(batches, lengths) {
        #expect((1...256).contains(batch.count))
        #expect(length <= 256 << 10 || batch.count == 1)
      }
      for (index, next) in batches.enumerated().dropFirst() {
        let before = batches[index - 1]
        #expect(
          before.count == 256 || lengths[index - 1] + (next.first?.body.count ?? 0) + 1 > 256 << 10,
          "no batch is closed too early")
      }
    }
  }
}
