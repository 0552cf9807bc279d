import Synchronization

/// What happened, in order, and a way to wait for it.
final class Journal<Entry: Sendable>: Sendable {
  private struct Waiter {
    let condition: @Sendable ([Entry]) -> Bool
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var entries: [Entry] = []
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())

  var entries: [Entry] { state.withLock { $0.entries } }

  func note(_ entry: Entry) {
    let ready = state.withLock { state in
      state.entries.append(entry)
      let ready = state.waiters.filter { $0.value.condition(state.entries) }
      for number in ready.keys { state.waiters[number] = nil }
      return ready.values
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Returns as soon as the entries satisfy `condition`.
  func wait(until condition: @escaping @Sendable ([Entry]) -> Bool) async throws {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let returnsNow = state.withLock { state in
          guard !condition(state.entries), !Task.isCancelled else { return true }
          state.waiters[number] = Waiter(condition: condition, continuation: continuation)
          return false
        }
        if returnsNow { continuation.resume() }
      }
      try Task.checkCancellation()
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume(throwing: CancellationError())
    }
  }
}
