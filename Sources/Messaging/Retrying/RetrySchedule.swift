/// How often a failed command is retried, and after what delay: a random one between zero and a limit for each failure,
/// so that commands that failed together are not retried together.
///
/// "Full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
package struct RetrySchedule: Sendable, Equatable {
  /// The longest delay after each failure. One more failure than there are limits is final.
  package let limits: [Duration]

  package init(_ limits: [Duration]) { self.limits = limits }

  /// 1, 5, 30, 120 and 600 seconds: six attempts.
  package static let standard = RetrySchedule([1, 5, 30, 120, 600].map { .seconds($0) })

  /// - Parameters:
  ///   - failures: how often the command has failed: 1 after the first failure.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait; nil if the command is not retried.
  package func delay(after failures: Int, random: Double) -> Duration? {
    guard failures >= 1 else { return .zero }
    guard failures <= limits.count else { return nil }
    return limits[failures - 1] * min(max(random, 0), 1)
  }
}
