package import Coordination

/// How often a call is attempted, and with what delays, before its caller gets an error.
package struct SpiceDBRetries: Sendable, Equatable {
  /// The number of attempts, including the first.
  package let attempts: Int
  package let backoff: Backoff

  package init(attempts: Int, backoff: Backoff) {
    self.attempts = attempts
    self.backoff = backoff
  }

  /// Six attempts, with pauses of 20 to 640 ms: about a second in total, if each attempt fails at once. That is long
  /// enough for a connection that SpiceDB closed because of its age to be replaced, and for a restart behind a load
  /// balancer.
  package static let standard = SpiceDBRetries(
    attempts: 6, backoff: Backoff(shortest: .milliseconds(20), longest: .milliseconds(640)))

  /// - Parameters:
  ///   - failure: the failure of the last attempt.
  ///   - attempt: the number of that attempt, starting at 1.
  ///   - isRepeatable: whether the call is idempotent.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait before the next attempt; nil if there is none.
  func delay(after failure: SpiceDBError, attempt: Int, isRepeatable: Bool, random: Double) -> Duration? {
    guard attempt < attempts, failure.isTransient, isRepeatable || !failure.leavesOutcomeOpen else { return nil }
    return backoff.delay(attempt: attempt, random: random)
  }
}
