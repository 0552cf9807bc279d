/// Where the time of a delivery went. Its parts follow one another without a gap, so they add up to ``total``.
package struct DeliveryLatency: Sendable, Equatable {
  /// From the time that its publisher gave to its arrival; nil where none was given. The clocks of two machines: never
  /// negative.
  package let queue: Duration?
  /// From its arrival to the beginning of its transaction.
  package let batch: Duration
  /// From there to the commit.
  package let commit: Duration
  /// From there to the broker's confirm of its messages.
  package let publish: Duration
  /// Where it is sampled.
  package let trace: MessageTrace?

  package var total: Duration { (queue ?? .zero) + batch + commit + publish }
}
