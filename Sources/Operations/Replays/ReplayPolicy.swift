/// How a plan is run.
package struct ReplayPolicy: Sendable {
  /// This many letters are sent first, and the others only when the worker has executed these; nil: no canary.
  package let canary: Int?
  /// The largest number of letters per second; nil: as fast as the broker takes them.
  package let rate: Int?
  /// The run ends when more than this share of its known outcomes are dead letters again, once ten are known.
  package let maximumFailureRatio: Double
  /// How long to wait for outcomes, of the canary and at the end.
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
