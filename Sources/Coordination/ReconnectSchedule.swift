/// When to try again, after one failure and after many.
package struct ReconnectSchedule: Sendable, Equatable {
  private let backoff: Backoff
  private var failures = 0

  package init(_ backoff: Backoff) { self.backoff = backoff }

  /// Progress was made: the next delay is the shortest again.
  package mutating func succeeded() { failures = 0 }

  /// An attempt to connect failed, or a session ended.
  ///
  /// Repeated trouble right after connecting makes delays grow, too: only a session that lasted longer than the longest
  /// delay resets the next delay to the shortest.
  ///
  /// - Parameters:
  ///   - held: how long the connections had existed; zero if there were none.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait before the next attempt.
  package mutating func delay(afterHolding held: Duration, random: Double) -> Duration {
    failures = held > backoff.longest ? 1 : failures + 1
    return backoff.delay(attempt: failures, random: random)
  }
}
