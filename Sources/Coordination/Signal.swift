import Synchronization

/// Something that happens once: it tells everybody who waits for it, and everybody who comes later.
package final class Signal<Value: Sendable>: Sendable {
  private typealias Continuation = CheckedContinuation<Value?, Never>

  private struct State {
    var value: Value?
    var waiters: [Int: Continuation] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// What it was sent with; nil as long as it was not.
  package var value: Value? { state.withLock { $0.value } }

  /// Tells all who wait, now and later. The first value stays.
  package func send(_ value: Value) {
    let waiters = state.withLock { state -> [Continuation] in
      guard state.value == nil else { return [] }
      state.value = value
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  /// - Returns: the value, at once where it is there; nil when the task is cancelled first.
  @discardableResult
  package func wait() async -> Value? {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          guard state.value == nil, !Task.isCancelled else { return false }
          state.waiters[number] = continuation
          return true
        }
        if !waits { continuation.resume(returning: value) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: nil)
    }
  }

  /// Sleeps for `duration`, or until the signal is sent.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  package func wait(atMost duration: Duration) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { _ = await self.wait() }
      group.addTask { try await Task.sleep(for: duration) }
      _ = try await group.next()
      group.cancelAll()
    }
    // Of the two, the one that throws when cancelled need not be the first to notice.
    try Task.checkCancellation()
  }
}

/// A signal that says nothing but that it was raised.
extension Signal where Value == Void {
  package var isRaised: Bool { value != nil }

  package func raise() { send(()) }
}
