import Coordination
import MessageContract
import Messaging
import Synchronization
import WorkspaceDomain

/// The queries that wait: for a connection, or for a replica to catch up.
///
/// What waits for a replica holds no connection. How far the replica is, each round trip tells besides, and where there
/// is none, one that asks for nothing else.
final class QueryBacklog: Sendable {
  /// What one round trip is to answer.
  struct Work: Sendable {
    let queries: [ReceivedQuery]
    /// Tenants for whose sequence somebody waits.
    let awaited: Set<TenantID>
  }

  private struct State {
    var lines: [QuerySide: FairQueue<TenantID, ReceivedQuery>]
    /// They wait for a replica.
    var sleeping: [TenantID: [ReceivedQuery]] = [:]
    var sleepingCount = 0
    var isProbeDue = false
    var waiters: [QuerySide: [Waiter<Void>]] = [:]

    func hasWork(_ side: QuerySide) -> Bool { lines[side]?.hasWork ?? false || (side == .replica && isProbeDue) }
  }

  /// A probe asks for no more than so many tenants.
  private static let probedTenants = 256

  private let settings: QuerySettings
  private let state: Mutex<State>

  init(_ settings: QuerySettings) {
    self.settings = settings
    let line = FairQueue<TenantID, ReceivedQuery>(share: settings.share)
    state = Mutex(State(lines: [.replica: line, .primary: line]))
  }

  /// How many queries wait for a connection.
  var waitingCount: Int { state.withLock { $0.lines.values.reduce(0) { $0 + $1.count } } }
  /// How many wait for a replica.
  var sleepingCount: Int { state.withLock { $0.sleepingCount } }

  /// Queries have arrived, or have to be put again.
  func add(_ queries: [ReceivedQuery], to side: QuerySide = .replica) {
    guard !queries.isEmpty else { return }
    change { state in
      for query in queries { state.lines[side]?.append(query, of: query.tenantID) }
    }
  }

  /// Waits until there is work for a side.
  func waitForWork(_ side: QuerySide) async throws {
    while true {
      let waiter = state.withLock { state -> Waiter<Void>? in
        guard !state.hasWork(side) else { return nil }
        let waiter = Waiter<Void>()
        state.waiters[side, default: []].append(waiter)
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }

  /// Takes what is to be answered next, waiting for it. Each query has to be said done, or added again.
  func take(_ side: QuerySide) async throws -> Work {
    while true {
      try await waitForWork(side)
      if let work = takeNow(side) { return work }
    }
  }

  private func takeNow(_ side: QuerySide) -> Work? {
    change { state in
      guard state.hasWork(side) else { return nil }
      let taken = state.lines[side]?.take(count: settings.batchCount, size: settings.batchBytes, of: \.size) ?? []
      if side == .replica { state.isProbeDue = false }
      let awaited = side == .replica ? Set(state.sleeping.keys.prefix(Self.probedTenants)) : []
      return Work(queries: taken.map(\.element), awaited: awaited)
    }
  }

  /// A query that was taken is in nobody's hand any more.
  func done(_ query: ReceivedQuery, _ side: QuerySide) { change { $0.lines[side]?.done(query.tenantID) } }

  /// A replica is behind what a query asks for: it waits, or goes to the primary where its time to wait is over, or too
  /// many wait.
  func await(_ query: ReceivedQuery) {
    let isAwaiting = state.withLock { state in
      guard query.age < settings.wait, state.sleepingCount < settings.waitingLimit,
        state.sleeping[query.tenantID, default: []].count < settings.waitingShare
      else { return false }
      state.sleeping[query.tenantID, default: []].append(query)
      state.sleepingCount += 1
      return true
    }
    if !isAwaiting { add([query], to: .primary) }
  }

  /// A replica has come so far: who has waited for that is put again.
  func learn(_ sequences: [TenantID: Int64]) {
    change { state in
      guard state.sleepingCount > 0 else { return }
      for (tenantID, sequence) in sequences {
        wake(&state, tenantID, to: .replica) { $0.content.minimumSequence ?? 0 <= sequence }
      }
    }
  }

  /// Time has passed: who has waited long enough for a replica is put to the primary.
  ///
  /// - Returns: queries that nobody waits for any more.
  func tick(at now: ContinuousClock.Instant) -> [ReceivedQuery] {
    change { state in
      var expired: [ReceivedQuery] = []
      for side in QuerySide.allCases { expired += state.lines[side]?.removeAll { $0.isExpired(at: now) } ?? [] }
      for tenantID in state.sleeping.keys {
        expired += remove(&state, tenantID) { $0.isExpired(at: now) }
        wake(&state, tenantID, to: .primary) { $0.delivery.receivedAt + settings.wait <= now }
      }
      if state.sleepingCount > 0 { state.isProbeDue = true }
      return expired
    }
  }

  /// Forgets what came over a connection that is lost: it comes again, here or elsewhere.
  func forget(_ intake: QueryIntake) {
    change { state in
      for side in QuerySide.allCases { _ = state.lines[side]?.removeAll { $0.intake === intake } }
      for tenantID in state.sleeping.keys { _ = remove(&state, tenantID) { $0.intake === intake } }
    }
  }

  private func wake(
    _ state: inout State, _ tenantID: TenantID, to side: QuerySide, where isDue: (ReceivedQuery) -> Bool
  ) {
    for query in remove(&state, tenantID, where: isDue) { state.lines[side]?.append(query, of: tenantID) }
  }

  private func remove(
    _ state: inout State, _ tenantID: TenantID, where isUnwanted: (ReceivedQuery) -> Bool
  ) -> [ReceivedQuery] {
    guard let sleeping = state.sleeping[tenantID] else { return [] }
    let removed = sleeping.filter(isUnwanted)
    guard !removed.isEmpty else { return [] }
    let kept = sleeping.filter { !isUnwanted($0) }
    state.sleeping[tenantID] = kept.isEmpty ? nil : kept
    state.sleepingCount -= removed.count
    return removed
  }

  /// Changes the state, and wakes one connection of each side that has work then; whoever takes wakes the next.
  private func change<Answer>(_ body: (inout State) -> Answer) -> Answer {
    let (answer, woken) = state.withLock { state -> (Answer, [QuerySide: [Waiter<Void>]]) in
      let answer = body(&state)
      var woken: [QuerySide: [Waiter<Void>]] = [:]
      for side in QuerySide.allCases where state.hasWork(side) {
        woken[side] = state.waiters.removeValue(forKey: side)
      }
      return (answer, woken)
    }
    for waiters in woken.values { for waiter in waiters { waiter.resolve() } }
    return answer
  }
}
