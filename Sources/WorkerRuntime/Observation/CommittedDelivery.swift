/// A delivery whose transaction has committed.
package struct CommittedDelivery: Sendable {
  package let receivedAt: ContinuousClock.Instant
  /// Where it is sampled.
  package let trace: MessageTrace?
  /// How long it had been on its way before.
  package let queue: Duration?
}
