package import Coordination

/// How often a call is attempted, and with what delays, before its caller gets an error.
package struct SpiceDBRetries: Sendable, Equatable {
  /// The number of attempts, including the first.
  package let attempts: Int
  package let backoff: Backoff
  /// How long after its beginning a call still waits, in addition to its attempts, for other calls to end on a
  /// connection that SpiceDB is ending: gRPC makes no new connection before. Default: 6 s, more than an attempt takes.
  package let gap: Duration

  package init(attempts: Int, backoff: Backoff, gap: Duration = .seconds(6)) {
    self.attempts = attempts
    self.backoff = backoff
    self.gap = gap
  }

  /// Six attempts, with pauses of 20 to 640 ms: about a second in total, if each attempt fails at once. That is long
  /// enough for a restart behind a load balancer.
  package static let standard = SpiceDBRetries(
    attempts: 6, backoff: Backoff(shortest: .milliseconds(20), longest: .milliseconds(640)))

  /// The longest pause while a connection is ending, which may be over at any moment.
  private static let longestPause: Duration = .milliseconds(250)

  /// The failed attempts of one call.
  struct Progress: Sendable {
    /// Those that count.
    fileprivate(set) var attempts = 0
    /// Those that don't: nothing was sent because the connection is ending.
    fileprivate(set) var pauses = 0
  }

  /// Adds a failed attempt to `progress`.
  ///
  /// - Parameters:
  ///   - failure: the failure of the last attempt.
  ///   - elapsed: the time since the call began.
  ///   - isRepeatable: whether the call is idempotent.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait before the next attempt; nil if there is none.
  func delay(
    after failure: SpiceDBError, _ progress: inout Progress, elapsed: Duration, isRepeatable: Bool, random: Double
  ) -> Duration? {
    guard failure.reach == .ending, elapsed < gap else {
      progress.attempts += 1
      return delay(after: failure, attempt: progress.attempts, isRepeatable: isRepeatable, random: random)
    }
    progress.pauses += 1
    return min(backoff.delay(attempt: progress.pauses, random: random), Self.longestPause)
  }

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
