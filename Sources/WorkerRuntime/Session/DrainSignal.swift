import Synchronization

/// Tells everyone who waits that the worker is to finish what it has in hand and to stop.
package final class DrainSignal: Sendable {
  private struct State {
    var isRaised = false
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())

  package init() {}

  package var isRaised: Bool { state.withLock { $0.isRaised } }

  package func raise() {
    let waiters = state.withLock { state in
      state.isRaised = true
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns when the signal is raised, or the task is cancelled.
  package func wait() async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let returnsNow = state.withLock { state in
          guard !state.isRaised, !Task.isCancelled else { return true }
          state.waiters[number] = continuation
          return false
        }
        if returnsNow { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
  }

  /// Sleeps for `duration`, or until the signal is raised.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  package func wait(atMost duration: Duration) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { await self.wait() }
      group.addTask { try await Task.sleep(for: duration) }
      _ = try await group.next()
      group.cancelAll()
    }
    // Of the two, the one that throws when cancelled need not be the first to notice.
    try Task.checkCancellation()
  }
}
