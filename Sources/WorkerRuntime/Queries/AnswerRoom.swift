import Coordination
import Synchronization

/// Bounds the bytes of answers that are being sent: above the limit, no more queries are read.
final class AnswerRoom: Sendable {
  private struct State {
    var bytes = 0
    var waiters: [Waiter<Void>] = []
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Waits until there is room.
  func wait() async throws {
    while true {
      let waiter = state.withLock { [limit] state -> Waiter<Void>? in
        guard state.bytes > limit else { return nil }
        let waiter = Waiter<Void>()
        state.waiters.append(waiter)
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }

  /// An answer is being sent.
  func add(_ bytes: Int) { state.withLock { $0.bytes += bytes } }

  /// An answer was delivered or given up.
  func remove(_ bytes: Int) {
    let waiters = state.withLock { [limit] state -> [Waiter<Void>] in
      state.bytes -= bytes
      guard state.bytes <= limit else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resolve() }
  }
}
