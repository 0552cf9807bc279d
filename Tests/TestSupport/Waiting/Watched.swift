import Synchronization

/// A changing value that can be waited for: tests do that instead of sleeping.
package final class Watched<Value: Sendable>: Sendable {
  private struct Waiter {
    let condition: @Sendable (Value) -> Bool
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var value: Value
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
  }

  private let state: Mutex<State>

  package init(_ value: Value) { state = Mutex(State(value: value)) }

  package var value: Value { state.withLock { $0.value } }

  package func update(_ change: (inout Value) -> Void) {
    let satisfied = state.withLock { state in
      change(&state.value)
      let satisfied = state.waiters.filter { $0.value.condition(state.value) }
      for number in satisfied.keys { state.waiters[number] = nil }
      return satisfied.values.map(\.continuation)
    }
    for continuation in satisfied { continuation.resume() }
  }

  /// Waits until `condition` holds.
  ///
  /// - Throws: `CancellationError`.
  @discardableResult
  package func wait(until condition: @escaping @Sendable (Value) -> Bool) async throws -> Value {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let returnsNow = state.withLock { state in
          guard !condition(state.value), !Task.isCancelled else { return true }
          state.waiters[number] = Waiter(condition: condition, continuation: continuation)
          return false
        }
        if returnsNow { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
    }
    try Task.checkCancellation()
    return value
  }
}
