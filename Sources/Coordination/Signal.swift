import Synchronization

/// An event that happens once, with a value for all current and later waiters.
package final class Signal<Value: Sendable>: Sendable {
  private typealias Continuation = CheckedContinuation<Value?, Never>

  private struct State {
    var value: Value?
    var waiters: [Int: Continuation] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// The value that was sent; nil until then.
  package var value: Value? { state.withLock { $0.value } }

  /// Notifies all waiters, current and later ones. Only the first call has an effect.
  package func send(_ value: Value) {
    let waiters = state.withLock { state -> [Continuation] in
      guard state.value == nil else { return [] }
      state.value = value
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  /// - Returns: the value, at once if it was already sent; nil if the task is cancelled first.
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
    // On cancellation only the sleeping task throws, and it need not be the first to end.
    try Task.checkCancellation()
  }
}

/// A signal without a value.
extension Signal where Value == Void {
  package var isRaised: Bool { value != nil }

  package func raise() { send(()) }
}
