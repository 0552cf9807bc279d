/// A delivery whose transaction has committed.
package struct CommittedDelivery: Sendable {
  package let receivedAt: ContinuousClock.Instant
  /// Nil unless it is sampled.
  package let trace: MessageTrace?
  /// How long it was in transit before it arrived; nil if unknown.
  package let queue: Duration?
}
