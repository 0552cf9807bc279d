/// How long to wait before trying again: random, between limits that double from the shortest delay to the longest, so
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
  /// - Returns: after the first failure between the shortest delay and twice that, and so on, doubling; eventually
  ///   between half of the longest delay and all of it.
  package func delay(attempt: Int, random: Double) -> Duration {
    let doublings = min(max(attempt, 1), 30)
    let full = min(shortest * (1 << doublings), longest)
    return max(shortest, full * (0.5 + min(max(random, 0), 1) / 2))
  }
}
