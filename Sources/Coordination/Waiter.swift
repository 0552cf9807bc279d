import Synchronization

/// One task's wait for one result, which ends with the result or with the task's cancellation, whichever comes first.
package final class Waiter<Value: Sendable>: Sendable {
  private enum State {
    case idle
    case waiting(CheckedContinuation<Value, any Error>)
    case resolved(Result<Value, any Error>)
    case done
  }

  private let state = Mutex(State.idle)

  package init() {}

  /// Ends the wait, even one that has not begun.
  ///
  /// - Returns: false if it had already ended: the result was not taken.
  @discardableResult
  package func resolve(_ result: Result<Value, any Error>) -> Bool {
    let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Value, any Error>?) in
      switch state {
      case .idle:
        state = .resolved(result)
        return (true, nil)
      case .waiting(let continuation):
        state = .done
        return (true, continuation)
      case .resolved, .done: return (false, nil)
      }
    }
    continuation?.resume(with: result)
    return isFirst
  }

  /// Waits for the result. To be called once.
  ///
  /// - Throws: the failure, or `CancellationError` if the task is cancelled first.
  package func value() async throws -> Value {
    try await withTaskCancellationHandler {
      try await uncancellableValue()
    } onCancel: {
      resolve(.failure(CancellationError()))
    }
  }

  /// Waits for the result even if the task is cancelled: for waits that are short and certain to end.
  package func uncancellableValue() async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let result = state.withLock { state -> Result<Value, any Error>? in
        guard case .resolved(let result) = state else {
          state = .waiting(continuation)
          return nil
        }
        state = .done
        return result
      }
      if let result { continuation.resume(with: result) }
    }
  }
}

extension Waiter where Value == Void {
  package func resolve() { resolve(.success(())) }
}
