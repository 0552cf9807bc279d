import Synchronization

/// A monotonic clock that advances when a test says so.
package final class ManualClock: Sendable {
  private let time = Mutex(ContinuousClock.now)

  package init() {}

  package func now() -> ContinuousClock.Instant { time.withLock { $0 } }

  package func advance(by duration: Duration) { time.withLock { $0 += duration } }
}
