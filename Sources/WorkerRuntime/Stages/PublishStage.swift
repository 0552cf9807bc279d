import DeliveryPipeline
import Failpoints
import UnitOfWork

/// The messages of a committed transaction, and the deliveries that their confirmation settles.
struct Publication: Sendable {
  let messages: [OutboxEntry]
  let settles: [DeliveryTag]
  let bytes: Int

  init(_ batch: CommittedBatch) {
    messages = batch.messages
    settles = batch.settledByPublication
    bytes = batch.messages.reduce(0) { $0 + $1.message.body.count }
  }
}

/// Stage 3: publishes what is committed, with confirms.
struct PublishStage {
  let input: BatchChannel<Publication>
  let publisher: any MessagePublisher
  let confirmed: ConfirmedEntries
  let acknowledger: Acknowledger

  /// Runs until the input is finished.
  func run() async throws {
    while let batch = try await input.take() {
      let entries = batch.elements.flatMap(\.messages)
      try await publisher.publish(entries.map(\.message))
      Failpoint.confirmed.hit()
      confirmed.add(entries.map(\.id))
      acknowledger.settle(batch.elements.flatMap(\.settles))
    }
    acknowledger.finish()
  }
}
