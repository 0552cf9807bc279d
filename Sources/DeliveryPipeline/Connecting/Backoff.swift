/// How long to wait before trying again: doubling from the shortest delay to the longest, and of that a random part, so
/// that workers which lost the same server don't come back all at once.
///
/// "Equal jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
package struct Backoff: Sendable, Equatable {
  package let shortest: Duration
  package let longest: Duration

  package init(shortest: Duration, longest: Duration) {
    self.shortest = shortest
    self.longest = max(shortest, longest)
  }

  /// - Parameters:
  ///   - attempt: 1 after the first failure.
  ///   - random: between 0 and 1.
  /// - Returns: between half of the attempt's delay and all of it.
  package func delay(attempt: Int, random: Double) -> Duration {
    let doublings = min(max(attempt - 1, 0), 30)
    let full = min(shortest * (1 << doublings), longest)
    return full * (0.5 + min(max(random, 0), 1) / 2)
  }
}
