/// The retry loop around a connection: restarts the work done with it whenever that fails, after a growing delay.
package struct Reconnecting: Sendable {
  /// What an attempt has achieved, which determines the delay after it.
  package struct Attempt: Sendable {
    fileprivate var connectedAt: ContinuousClock.Instant?
    fileprivate var hasSucceeded = false
    private let now: @Sendable () -> ContinuousClock.Instant

    fileprivate init(_ now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

    /// The connection is established. If it lasts longer than the longest delay, the delay after it is the shortest
    /// again.
    package mutating func connected() { connectedAt = now() }

    /// Progress was made: the delay after this attempt is the shortest again.
    package mutating func succeeded() { hasSucceeded = true }

    fileprivate var held: Duration { connectedAt.map { now() - $0 } ?? .zero }
  }

  private let backoff: Backoff
  private let pause: @Sendable (Duration, any Error) async throws -> Void
  private let now: @Sendable () -> ContinuousClock.Instant
  private let random: @Sendable () -> Double

  /// - Parameters:
  ///   - pause: waits before the next attempt, at most for the given time; also receives the error that ended the
  ///     last one. Default: sleeps.
  ///   - random: between 0 and 1.
  package init(
    _ backoff: Backoff,
    pause: @escaping @Sendable (Duration, any Error) async throws -> Void = { delay, _ in
      try await Task.sleep(for: delay)
    },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
  ) {
    self.backoff = backoff
    self.pause = pause
    self.now = now
    self.random = random
  }

  /// Makes one attempt after another.
  ///
  /// - Parameters:
  ///   - isOver: asked before each attempt. Default: never.
  ///   - attempt: when it returns, the next one follows at once, and delays start from the shortest again.
  ///   - failed: called with the error that ended an attempt, and the delay before the next one. If it throws, the loop
  ///     ends.
  /// - Throws: `CancellationError` if an attempt throws, whatever its error, after the task was cancelled; otherwise
  ///   the error that `failed` or `pause` throws.
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
        try await pause(delay, error)
      }
    }
  }
}
