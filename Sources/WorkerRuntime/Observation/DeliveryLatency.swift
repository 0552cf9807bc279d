/// How a delivery spent its time. The parts are consecutive, without gaps, so they add up to ``total``.
package struct DeliveryLatency: Sendable, Equatable {
  /// From the time given by its publisher to its arrival; nil if no plausible time was given. Never negative, although
  /// measured by the clocks of two machines.
  package let queue: Duration?
  /// From its arrival to the start of its transaction.
  package let batch: Duration
  /// From there to the commit.
  package let commit: Duration
  /// From there to the broker's confirm of its messages.
  package let publish: Duration
  /// Nil unless it is sampled.
  package let trace: MessageTrace?

  package var total: Duration { (queue ?? .zero) + batch + commit + publish }
}
