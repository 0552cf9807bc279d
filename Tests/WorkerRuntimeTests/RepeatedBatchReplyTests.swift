import MessageContract
import Messaging
import StrictJSON
import TestFixtures
import Testing
import WorkerRuntime

/// The reply to a message of several commands that two processes have had.
@Suite struct RepeatedBatchReplyTests {
  private static func array(_ commands: [CommandMessage]) -> CommandMessage {
    let bodies = commands.map { String(decoding: $0.body, as: UTF8.self) }
    return CommandMessage("batch", body: Array("[\(bodies.joined(separator: ","))]".utf8)).with {
      $0.contentType = "application/cloudevents-batch+json"
      $0.replyTo = "me"
    }
  }

  /// The elements of a batch, received by one process.
  private func received(_ batch: CommandMessage, isRedelivered: Bool = false) throws -> [ReceivedMessage] {
    let delivery = batch.delivery(1, isRedelivered: isRedelivered)
    let elements = try #require(try CommandBatch.elements(of: delivery, limits: ContractLimits()))
    return elements.map { ReceivedMessage($0, decoder: CommandDecoder()) }
  }

  private func run(_ fixture: ExecutorFixture, _ messages: [ReceivedMessage]) async throws -> [CommittedBatch] {
    var batches: [CommittedBatch] = []
    try await fixture.committer.carryOut(Assignment(messages)) { batches.append($0) }
    return batches
  }

  @Test(arguments: 2...3)
  func `after a crash its elements are the results that were published`(committed: Int) async throws {
    let batch = Self.array([
      .createRoot("r", id: 1), CommandMessage("x", "nonsense"), CommandMessage("y", "nonsense"), .get("g", 1),
    ])
    let fixture = ExecutorFixture()
    let first = try await run(fixture, Array(try received(batch).prefix(committed)))
    #expect(first.replies.isEmpty, "the reply comes with the last element")
    let next = ExecutorFixture(store: fixture.store, process: 2, identifiersAfter: 2 << 40)
    let second = try await run(next, try received(batch, isRedelivered: true))
    let reply = try #require(second.replies.first)
    let elements = try JSONArraySplitter.split(reply.body, limit: 10).map { Array(reply.body[$0]) }
    // Of what was known, the second process publishes the answer again, unless it is a letter.
    let published = first.results.map(\.body) + second.results.map(\.body)
    #expect(elements.count == 4 && elements.allSatisfy(published.contains), "\(reply.text)")
  }
}
