/// The one loop around a connection: what is done with it is begun anew whenever it fails, after a delay that grows.
package struct Reconnecting: Sendable {
  /// What an attempt has come to, for the delay after it.
  package struct Attempt: Sendable {
    fileprivate var connectedAt: ContinuousClock.Instant?
    fileprivate var hasSucceeded = false
    private let now: @Sendable () -> ContinuousClock.Instant

    fileprivate init(_ now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

    /// The connection is there. Where it holds for longer than the longest delay, the delay after it is the shortest again.
    package mutating func connected() { connectedAt = now() }

    /// Something was achieved: the delay after this attempt is the shortest again.
    package mutating func succeeded() { hasSucceeded = true }

    fileprivate var held: Duration { connectedAt.map { now() - $0 } ?? .zero }
  }

  private let backoff: Backoff
  private let pause: @Sendable (Duration) async throws -> Void
  private let now: @Sendable () -> ContinuousClock.Instant
  private let random: @Sendable () -> Double

  /// - Parameters:
  ///   - pause: waits before the next attempt, for so long or less. Default: sleeps.
  ///   - random: between 0 and 1.
  package init(
    _ backoff: Backoff, pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
  ) {
    self.backoff = backoff
    self.pause = pause
    self.now = now
    self.random = random
  }

  /// Makes one attempt after the other.
  ///
  /// - Parameters:
  ///   - isOver: asked before each attempt. Default: never.
  ///   - attempt: where it returns, the next one follows at once, and delays begin with the shortest again.
  ///   - failed: told of an error that an attempt has ended with, and of the delay before the next one. What it throws ends
  ///     the loop.
  /// - Throws: `CancellationError` when the task is cancelled, whatever the attempt under way makes of that.
  package func run(
    until isOver: () -> Bool = { false }, _ attempt: (inout Attempt) async throws -> Void,
    failed: (_ error: any Error, _ delay: Duration) throws -> Void
  ) async throws {
    var schedule = ReconnectSchedule(backoff)
    while !isOver() {
      var current = Attempt(now)
      do {
        try await attempt(&current)
        schedule.succeeded()
      } catch {
        try Task.checkCancellation()
        if current.hasSucceeded { schedule.succeeded() }
        let delay = schedule.delay(afterHolding: current.held, random: random())
        try failed(error, delay)
        try await pause(delay)
      }
    }
  }
}
