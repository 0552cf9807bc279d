import Synchronization

/// Tells everybody who waits that a connection has ended, and why.
final class ClosureSignal: Sendable {
  private typealias Continuation = CheckedContinuation<PostgresError, Never>

  private struct State {
    var reason: PostgresError?
    var waiting: [Int: Continuation] = [:]
    /// Cancelled before they began to wait.
    var cancelled: Set<Int> = []
    var lastID = 0
  }

  private let state = Mutex(State())

  /// Why the connection ended; nil as long as it has not.
  var reason: PostgresError? { state.withLock { $0.reason } }

  /// Tells all who wait, now and later. The first reason stays.
  func send(_ reason: PostgresError) {
    let waiting = state.withLock { state -> [Continuation] in
      guard state.reason == nil else { return [] }
      state.reason = reason
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume(returning: reason) }
  }

  /// - Returns: the reason, or ``PostgresError/cancelled`` when the task is cancelled first.
  func wait() async -> PostgresError {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if let answer = add(id, continuation) { continuation.resume(returning: answer) }
      }
    } onCancel: {
      cancel(id)
    }
  }

  /// - Returns: the answer, where there is one already.
  private func add(_ id: Int, _ continuation: Continuation) -> PostgresError? {
    state.withLock { state in
      if let reason = state.reason { return reason }
      if state.cancelled.remove(id) != nil { return .cancelled }
      state.waiting[id] = continuation
      return nil
    }
  }

  private func cancel(_ id: Int) {
    let continuation = state.withLock { state -> Continuation? in
      guard state.reason == nil else { return nil }
      let continuation = state.waiting.removeValue(forKey: id)
      if continuation == nil { state.cancelled.insert(id) }
      return continuation
    }
    continuation?.resume(returning: .cancelled)
  }
}
