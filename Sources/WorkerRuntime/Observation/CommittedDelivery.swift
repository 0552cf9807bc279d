/// A delivery whose transaction has committed.
package struct CommittedDelivery: Sendable {
  package let receivedAt: ContinuousClock.Instant
  /// Nil unless it is sampled.
  package let trace: MessageTrace?
  /// How long it had been in transit before.
  package let queue: Duration?
}
