package import Coordination

/// How often a call is made, and after how long, before its caller hears of a failure.
package struct SpiceDBRetries: Sendable, Equatable {
  /// The first one counts.
  package let attempts: Int
  package let backoff: Backoff

  package init(attempts: Int, backoff: Backoff) {
    self.attempts = attempts
    self.backoff = backoff
  }

  /// Six attempts, with pauses of 20 to 640 ms: about a second, if the answers come at once. A connection that SpiceDB ends
  /// because of its age, or a restart behind a load balancer, is over by then.
  package static let standard = SpiceDBRetries(
    attempts: 6, backoff: Backoff(shortest: .milliseconds(20), longest: .milliseconds(640)))

  /// - Parameters:
  ///   - failure: of the attempt that was the last.
  ///   - attempt: its number, from 1.
  ///   - isRepeatable: whether doing it twice is as good as once.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait before the next one; nil when there is none.
  func delay(after failure: SpiceDBError, attempt: Int, isRepeatable: Bool, random: Double) -> Duration? {
    guard attempt < attempts, failure.isTransient, isRepeatable || !failure.leavesOutcomeOpen else { return nil }
    return backoff.delay(attempt: attempt, random: random)
  }
}
