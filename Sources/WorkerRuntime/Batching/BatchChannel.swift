package import Messaging
import Synchronization

/// Carries elements from one stage to the next, which takes everything that has arrived as one batch.
///
/// Bounded: the sender waits while more than the channel's room is taken. Only one task may take, and only one may wait
/// for room.
package final class BatchChannel<Element: Sendable>: Sendable {
  package typealias Batch = BatchAccumulator<Element>.Batch

  /// How much may be in the channel before the sender has to wait.
  package struct Room: Sendable {
    package let count: Int
    package let bytes: Int

    package init(count: Int, bytes: Int) {
      self.count = count
      self.bytes = bytes
    }
  }

  private enum Side {
    case sender, taker
  }

  private struct State {
    var accumulator: BatchAccumulator<Element>
    var isFinished = false
    var waiters: [Side: CheckedContinuation<Void, any Error>] = [:]
  }

  private let state: Mutex<State>
  private let room: Room

  package init(limits: BatchAccumulator<Element>.Limits, room: Room) {
    state = Mutex(State(accumulator: BatchAccumulator(limits: limits)))
    self.room = room
  }

  /// How many elements are in the channel.
  package var count: Int { state.withLock { $0.accumulator.count } }

  /// Appends `elements`, then waits until the channel has room again.
  ///
  /// - Parameter size: the size of an element in bytes.
  package func send(_ elements: [Element], size: (Element) -> Int) async throws {
    append(elements, size: size)
    try await waitForRoom()
  }

  /// Waits until no more than the channel's room is taken.
  package func waitForRoom() async throws {
    try await wait(.sender) { [room] in $0.accumulator.count <= room.count && $0.accumulator.bytes <= room.bytes }
  }

  /// Appends `elements` regardless of room: for the few elements that don't come from the sending stage, and for a
  /// sender that calls ``waitForRoom()`` before it sends more.
  package func append(_ elements: [Element], size: (Element) -> Int) {
    let taker = state.withLock { state in
      for element in elements { state.accumulator.append(element, bytes: size(element)) }
      return state.accumulator.isEmpty ? nil : state.waiters.removeValue(forKey: .taker)
    }
    taker?.resume()
  }

  /// Waits for the next batch.
  ///
  /// - Returns: nil once the channel is finished and empty.
  package func take() async throws -> Batch? {
    try await wait(.taker) { !$0.accumulator.isEmpty || $0.isFinished }
    let (batch, sender) = state.withLock { ($0.accumulator.take(), $0.waiters.removeValue(forKey: .sender)) }
    sender?.resume()
    return batch
  }

  /// Marks the end: nothing more will be sent.
  package func finish() {
    let taker = state.withLock { state in
      state.isFinished = true
      return state.waiters.removeValue(forKey: .taker)
    }
    taker?.resume()
  }

  /// Waits until `condition` holds. Every change that may fulfil it resumes the waiter, which checks again.
  private func wait(
    _ side: Side, until condition: @Sendable (borrowing State) -> Bool
  ) async throws {
    while !state.withLock({ condition($0) }) {
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          let resumesNow = state.withLock { state in
            guard !condition(state), !Task.isCancelled else { return true }
            state.waiters[side] = continuation
            return false
          }
          if resumesNow { continuation.resume() }
        }
        try Task.checkCancellation()
      } onCancel: {
        state.withLock { $0.waiters.removeValue(forKey: side) }?.resume(throwing: CancellationError())
      }
    }
  }
}
