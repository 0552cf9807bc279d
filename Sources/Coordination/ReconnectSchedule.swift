/// When to try again, after one failure and after many.
package struct ReconnectSchedule: Sendable, Equatable {
  private let backoff: Backoff
  private var failures = 0

  package init(_ backoff: Backoff) { self.backoff = backoff }

  /// Something was achieved: the next delay is the shortest again.
  package mutating func succeeded() { failures = 0 }

  /// A try to connect failed, or a session ended.
  ///
  /// Trouble that comes right after connecting, again and again, waits longer and longer, too: only a session that held
  /// for longer than the longest delay makes the next delay the shortest again.
  ///
  /// - Parameters:
  ///   - held: how long the connections had been there; zero when there were none.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait before the next try.
  package mutating func delay(afterHolding held: Duration, random: Double) -> Duration {
    failures = held > backoff.longest ? 1 : failures + 1
    return backoff.delay(attempt: failures, random: random)
  }
}
