/// When to try again, depending on how many attempts have failed in a row.
package struct ReconnectSchedule: Sendable, Equatable {
  private let backoff: Backoff
  private var failures = 0

  package init(_ backoff: Backoff) { self.backoff = backoff }

  /// Progress was made: the next delay is the shortest again.
  package mutating func succeeded() { failures = 0 }

  /// An attempt to connect failed, or a session ended.
  ///
  /// Delays also grow when sessions keep failing soon after connecting: only one that lasted longer than the longest
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
