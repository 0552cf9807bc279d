/// How often a failed command is retried, and after how long: at random between zero and a limit for each failure, so
/// that commands that failed together are not retried together.
///
/// "Full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
package struct RetrySchedule: Sendable, Equatable {
  /// The longest delay after each failure. The failure after the last of them is final.
  package let limits: [Duration]

  package init(_ limits: [Duration]) { self.limits = limits }

  /// 1, 5, 30, 120 and 600 seconds: six attempts.
  package static let standard = RetrySchedule([1, 5, 30, 120, 600].map { .seconds($0) })

  /// - Parameters:
  ///   - failures: how often it has failed, 1 after the first time.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait; nil if it is not retried.
  package func delay(after failures: Int, random: Double) -> Duration? {
    guard failures >= 1 else { return .zero }
    guard failures <= limits.count else { return nil }
    return limits[failures - 1] * min(max(random, 0), 1)
  }
}
