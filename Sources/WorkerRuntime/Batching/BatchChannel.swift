import Coordination
package import Messaging
import Synchronization

/// Carries elements from one stage to the next, which takes everything that has arrived as one batch.
///
/// Bounded: senders wait while more than the channel's room is taken. Only one task may take.
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
    var waiters: [Side: [Waiter<Void>]] = [:]
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
    let takers = state.withLock { state in
      for element in elements { state.accumulator.append(element, bytes: size(element)) }
      return state.accumulator.isEmpty ? nil : state.waiters.removeValue(forKey: .taker)
    }
    for taker in takers ?? [] { taker.resolve() }
  }

  /// Waits for the next batch.
  ///
  /// - Returns: nil once the channel is finished and empty.
  package func take() async throws -> Batch? {
    try await wait(.taker) { !$0.accumulator.isEmpty || $0.isFinished }
    let (batch, senders) = state.withLock { ($0.accumulator.take(), $0.waiters.removeValue(forKey: .sender)) }
    for sender in senders ?? [] { sender.resolve() }
    return batch
  }

  /// Marks the end: nothing more will be sent.
  package func finish() {
    let takers = state.withLock { state in
      state.isFinished = true
      return state.waiters.removeValue(forKey: .taker)
    }
    for taker in takers ?? [] { taker.resolve() }
  }

  /// Waits until `condition` holds. Every change that may fulfil it resolves the waiters, who check again.
  private func wait(_ side: Side, until condition: @Sendable (borrowing State) -> Bool) async throws {
    while true {
      let waiter = state.withLock { state -> Waiter<Void>? in
        guard !condition(state) else { return nil }
        let waiter = Waiter<Void>()
        state.waiters[side, default: []].append(waiter)
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }
}
