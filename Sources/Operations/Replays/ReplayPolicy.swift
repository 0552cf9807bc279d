/// How a plan is worked.
package struct ReplayPolicy: Sendable {
  /// So many letters go first, and the others only when the worker has carried these out; nil: there are no first ones.
  package let canary: Int?
  /// The largest number of letters per second; nil: as fast as the broker takes them.
  package let rate: Int?
  /// The run ends when more than this part of the outcomes that it has learnt are dead letters again, once ten are
  /// known.
  package let maximumFailureRatio: Double
  /// How long to wait for outcomes, of the canary and in the end.
  package let timeout: Duration
  /// Whether to wait in the end for what becomes of the letters.
  package let awaitsOutcomes: Bool

  package init(
    canary: Int? = nil, rate: Int? = nil, maximumFailureRatio: Double, timeout: Duration, awaitsOutcomes: Bool = true
  ) {
    self.canary = canary
    self.rate = rate
    self.maximumFailureRatio = maximumFailureRatio
    self.timeout = timeout
    self.awaitsOutcomes = awaitsOutcomes
  }
}
