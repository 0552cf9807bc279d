import DeliveryPipeline
import Failpoints
import Synchronization

/// Acknowledges what is settled, in the order of the deliveries.
///
/// One task sends the acknowledgements: two that overtook each other would name a delivery that the first one has
/// settled already, which the broker answers by closing the channel.
final class Acknowledger: Sendable {
  private let source: any DeliverySource
  private let ledger = Mutex(AcknowledgementLedger())
  /// Bounded by the prefetch: each delivery is settled once.
  private let settlements: AsyncStream<[DeliveryTag]>
  private let continuation: AsyncStream<[DeliveryTag]>.Continuation

  init(source: any DeliverySource) {
    self.source = source
    (settlements, continuation) = AsyncStream.makeStream()
  }

  /// How many deliveries are not acknowledged.
  var unacknowledgedCount: Int { ledger.withLock { $0.unacknowledgedCount } }

  /// Deliveries arrived. Called before any of them can be settled.
  func register(_ deliveries: [Delivery]) {
    ledger.withLock { ledger in
      for delivery in deliveries { ledger.delivered(delivery.tag) }
    }
  }

  /// What these deliveries caused is durable.
  func settle(_ tags: [DeliveryTag]) {
    if !tags.isEmpty { continuation.yield(tags) }
  }

  /// Nothing more will be settled.
  func finish() { continuation.finish() }

  /// Runs until ``finish()`` was called and everything is sent.
  func run() async throws {
    for await tags in settlements {
      if let acknowledgement = ledger.withLock({ $0.settled(tags) }) {
        try await source.acknowledge([acknowledgement])
        Failpoint.acknowledged.hit()
      }
    }
  }
}
