import Coordination
import Messaging
import Synchronization

/// Queries that came over one connection, and their acknowledgements.
final class QueryIntake: Sendable {
  private struct State {
    var ledger = ScatteredAcknowledgements()
    var settled: [DeliveryTag] = []
    var idle: [Waiter<Void>] = []
  }

  private let source: any DeliverySource
  private let state = Mutex(State())
  /// One element is enough to say that there is something to acknowledge.
  private let arrivals: AsyncStream<Void>
  private let arrival: AsyncStream<Void>.Continuation

  init(_ source: any DeliverySource) {
    self.source = source
    (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Deliveries arrived. Called before any of them can be settled.
  func register(_ deliveries: [Delivery]) {
    state.withLock { state in
      for delivery in deliveries { state.ledger.delivered(delivery.tag) }
    }
  }

  /// A delivery is done with, whatever has come of it.
  func settle(_ delivery: Delivery) {
    state.withLock { $0.settled.append(delivery.tag) }
    arrival.yield()
  }

  /// Acknowledges what is settled, until the task is cancelled or the connection is lost.
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

  /// Returns when everything that has arrived is acknowledged, as long as ``run()`` goes on.
  func waitUntilSettled() async throws {
    let waiter = Waiter<Void>()
    state.withLock { $0.idle.append(waiter) }
    for waiter in idle() { waiter.resolve() }
    try await waiter.value()
  }

  /// Those who wait for what is the case now.
  private func idle() -> [Waiter<Void>] {
    state.withLock { state in
      guard state.ledger.unsettledCount == 0, state.settled.isEmpty else { return [] }
      defer { state.idle = [] }
      return state.idle
    }
  }
}
