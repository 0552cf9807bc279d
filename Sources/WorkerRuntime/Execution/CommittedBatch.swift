package import DeliveryPipeline
package import UnitOfWork

/// What a committed transaction leaves to be done: nothing that could be lost, all of it is in the outbox too.
package struct CommittedBatch: Sendable {
  /// Deliveries that may be acknowledged now.
  package let settled: [DeliveryTag]
  /// Deliveries that may be acknowledged when the messages are confirmed: those of dead letters, which must have
  /// arrived before their original leaves the broker.
  package let settledByPublication: [DeliveryTag]
  /// What to publish, in this order.
  package let entries: [OutboxEntry]
}
