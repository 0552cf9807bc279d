/// How a plan is run.
package struct ReplayPolicy: Sendable {
  /// The number of letters sent first; the rest follow only when the worker has executed these. Nil: no canary.
  package let canary: Int?
  /// The largest number of letters per second; nil: as fast as the broker takes them.
  package let rate: Int?
  /// The run ends when more than this share of its known outcomes are dead letters again, once ten are known.
  package let maximumFailureRatio: Double
  /// The longest wait for outcomes: for those of the canary, and again at the end.
  package let timeout: Duration
  /// Whether to wait for the letters' outcomes at the end.
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
