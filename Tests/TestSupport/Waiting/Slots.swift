import Synchronization

/// Lets a limited number of callers in at a time; the others wait in line.
package final class Slots: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  package init(count: Int) { state = Mutex(State(free: count)) }

  package func withSlot(_ body: () async throws -> Void) async throws {
    await take()
    defer { leave() }
    try await body()
  }

  private func take() async {
    await withCheckedContinuation { continuation in
      let entersNow = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if entersNow { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
