package import Coordination

/// How often a call is attempted, and after what delays, before its caller gets an error.
package struct SpiceDBRetries: Sendable, Equatable {
  /// The number of attempts, including the first.
  package let attempts: Int
  package let backoff: Backoff

  package init(attempts: Int, backoff: Backoff) {
    self.attempts = attempts
    self.backoff = backoff
  }

  /// Six attempts, with pauses of 20 to 640 ms: about a second, if failures come at once. A connection that SpiceDB
  /// ends because of its age, or a restart behind a load balancer, has recovered by then.
  package static let standard = SpiceDBRetries(
    attempts: 6, backoff: Backoff(shortest: .milliseconds(20), longest: .milliseconds(640)))

  /// - Parameters:
  ///   - failure: of the last attempt.
  ///   - attempt: its number, from 1.
  ///   - isRepeatable: whether the call is idempotent.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait before the next one; nil when there is none.
  func delay(after failure: SpiceDBError, attempt: Int, isRepeatable: Bool, random: Double) -> Duration? {
    guard attempt < attempts, failure.isTransient, isRepeatable || !failure.leavesOutcomeOpen else { return nil }
    return backoff.delay(attempt: attempt, random: random)
  }
}
