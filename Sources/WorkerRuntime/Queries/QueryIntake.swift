import Coordination
import Messaging
import Synchronization

/// Queries that came over one connection, and their acknowledgements.
final class QueryIntake: Sendable {
  private struct State {
    var ledger = ScatteredAcknowledgements()
    var settled: [DeliveryTag] = []
    /// The size of the unsettled deliveries.
    var bytes = 0
    var room: [Waiter<Void>] = []
    var occupation: Waiter<Void>?
    var idle: [Waiter<Void>] = []
  }

  private let source: any DeliverySource
  private let limit: Int
  private let state = Mutex(State())
  /// One element is enough to signal that there is something to acknowledge.
  private let arrivals: AsyncStream<Void>
  private let arrival: AsyncStream<Void>.Continuation

  /// - Parameter limit: bytes of unsettled deliveries above which no more are to be taken.
  init(_ source: any DeliverySource, limit: Int) {
    self.source = source
    self.limit = limit
    (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Deliveries arrived. Called before any of them can be settled.
  func register(_ deliveries: [Delivery]) {
    let waiter = state.withLock { state in
      for delivery in deliveries {
        state.ledger.delivered(delivery.tag)
        state.bytes += delivery.size
      }
      return state.occupation
    }
    waiter?.resolve()
  }

  /// Waits until some delivery is unsettled. For one task at a time.
  func waitUntilOccupied() async throws {
    while true {
      let waiter = state.withLock { state -> Waiter<Void>? in
        guard state.ledger.unsettledCount == 0 else { return nil }
        let waiter = Waiter<Void>()
        state.occupation = waiter
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }

  /// Waits until the unsettled deliveries are within the limit.
  func waitForRoom() async throws {
    while true {
      let waiter = state.withLock { [limit] state -> Waiter<Void>? in
        guard state.bytes > limit else { return nil }
        let waiter = Waiter<Void>()
        state.room.append(waiter)
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }

  /// A delivery is settled, whatever its outcome.
  func settle(_ delivery: Delivery) {
    let waiters = state.withLock { [limit] state -> [Waiter<Void>] in
      state.settled.append(delivery.tag)
      state.bytes -= delivery.size
      guard state.bytes <= limit else { return [] }
      defer { state.room = [] }
      return state.room
    }
    for waiter in waiters { waiter.resolve() }
    arrival.yield()
  }

  /// Acknowledges settled deliveries, until the task is cancelled or the connection is lost.
  func run() async throws {
    for await _ in arrivals {
      let acknowledgements = state.withLock { state in
        defer { state.settled.removeAll(keepingCapacity: true) }
        return state.ledger.settle(state.settled)
      }
      if !acknowledgements.isEmpty { try await source.acknowledge(acknowledgements) }
      for waiter in idle() { waiter.resolve() }
    }
  }

  /// Returns when everything that has arrived is acknowledged, provided that ``run()`` is running.
  func waitUntilSettled() async throws {
    let waiter = Waiter<Void>()
    state.withLock { $0.idle.append(waiter) }
    for waiter in idle() { waiter.resolve() }
    try await waiter.value()
  }

  /// Removes and returns the waiters for an idle intake, if it is idle now.
  private func idle() -> [Waiter<Void>] {
    state.withLock { state in
      guard state.ledger.unsettledCount == 0, state.settled.isEmpty else { return [] }
      defer { state.idle = [] }
      return state.idle
    }
  }
}
