import Coordination
import MessageContract
import Messaging
import Synchronization
import WorkspaceDomain

/// The queries that wait: for a connection, or for a replica to catch up.
///
/// One connection of a side takes all waiting queries. Another joins it if more queries wait than one round trip reads,
/// or if none were taken for a while: so under load a round trip serves many queries, and a slow one delays no others.
///
/// A query that waits for a replica holds no connection. Every round trip also reads how far the replica has caught up;
/// without other queries, a round trip is made for that alone.
final class QueryBacklog: Sendable {
  /// The work of one round trip.
  struct Work: Sendable {
    let queries: [ReceivedQuery]
    /// Tenants whose sequence some query is waiting for.
    let awaited: Set<TenantID>
  }

  /// What waits for a connection of one side.
  fileprivate struct Line {
    var queries: FairQueue<TenantID, ReceivedQuery>
    /// Round trips under way.
    var readingCount = 0
    var wasTaken = false
    /// Queries have waited from one tick to the next while none were taken, or the last round trip had no room for
    /// them.
    var isPressing = false
    /// A connection is needed even if no queries wait: to ask how far a replica is, or to know whether the primary can
    /// be reached.
    var isProbeDue = false
    var waiters: [Waiter<Void>] = []
  }

  private struct State {
    var lines: [QuerySide: Line]
    /// Queries that wait for a replica, by tenant.
    var awaitingReplica: [TenantID: [ReceivedQuery]] = [:]
    var sleepingCount = 0
    /// When a replica answered last; at first, when the backlog was created.
    var replicaAnswered = ContinuousClock.now
  }

  /// The most tenants that a probe asks about.
  private static let probedTenants = 256

  private let settings: QuerySettings
  private let state: Mutex<State>

  init(_ settings: QuerySettings) {
    self.settings = settings
    let lines = [QuerySide.replica, .primary].map { ($0, Line(queries: FairQueue(share: settings.share(of: $0)))) }
    state = Mutex(State(lines: Dictionary(uniqueKeysWithValues: lines)))
  }

  /// How many queries wait for a connection.
  var waitingCount: Int { state.withLock { $0.lines.values.reduce(0) { $0 + $1.queries.count } } }
  /// How many queries wait for a replica.
  var sleepingCount: Int { state.withLock { $0.sleepingCount } }

  /// Queries have arrived, or have to be asked again.
  func add(_ queries: [ReceivedQuery], to side: QuerySide = .replica) {
    guard !queries.isEmpty else { return }
    change { state in
      for query in queries { state.lines[side]?.queries.append(query, of: query.tenantID) }
    }
  }

  /// A connection was lost with these queries in hand. Those that have waited long enough for a replica go to the
  /// primary: the next connection may be as silent as this one was.
  func putBack(_ queries: [ReceivedQuery], of side: QuerySide) {
    let now = ContinuousClock.now
    add(queries.filter { !$0.hasWaited(settings.wait, at: now) }, to: side)
    add(queries.filter { $0.hasWaited(settings.wait, at: now) }, to: .primary)
  }

  /// Waits until there is work for a side.
  func waitForWork(_ side: QuerySide) async throws {
    while true {
      let waiter = state.withLock { state -> Waiter<Void>? in
        guard !isDue(side, state) else { return nil }
        let waiter = Waiter<Void>()
        state.lines[side]?.waiters.append(waiter)
        return waiter
      }
      guard let waiter else { return }
      try await waiter.value()
    }
  }

  /// Takes the next work, waiting for it. ``done(_:_:)`` must follow.
  func take(_ side: QuerySide) async throws -> Work {
    while true {
      try await waitForWork(side)
      if let work = takeNow(side) { return work }
    }
  }

  private func takeNow(_ side: QuerySide) -> Work? {
    change { state in
      guard isDue(side, state) else { return nil }
      let taken = state.lines[side]?.take(settings) ?? []
      let awaited = side == .replica ? Set(state.awaitingReplica.keys.prefix(Self.probedTenants)) : []
      return Work(queries: taken.map(\.element), awaited: awaited)
    }
  }

  /// The work is no longer in hand. The caller must then take the next work or call ``wakeOthers()``: this method wakes no
  /// other connection.
  func done(_ work: Work, _ side: QuerySide) {
    state.withLock { state in
      state.lines[side]?.readingCount -= 1
      for query in work.queries { state.lines[side]?.queries.done(query.tenantID) }
    }
  }

  /// A connection takes no more work: wakes others if work is due.
  func wakeOthers() { change { _ in } }

  /// A replica is behind what a query asks for: the query waits, or goes to the primary if its time to wait is over or
  /// too many queries are waiting.
  func await(_ query: ReceivedQuery) {
    let isAwaiting = state.withLock { state in
      guard !query.hasWaited(settings.wait, at: .now), state.sleepingCount < settings.waitingLimit,
        state.awaitingReplica[query.tenantID, default: []].count < settings.waitingShare
      else { return false }
      state.awaitingReplica[query.tenantID, default: []].append(query)
      state.sleepingCount += 1
      return true
    }
    if !isAwaiting { add([query], to: .primary) }
  }

  /// While no replica is connected, the primary is connected to even if no query waits for it: only that shows whether
  /// queries are answered.
  func noteReplica(isConnected: Bool) { change { $0.lines[.primary]?.isProbeDue = !isConnected } }

  /// A server has answered, and has reached these sequences: the queries that were waiting for them are asked again.
  func learn(_ sequences: [TenantID: Int64], from side: QuerySide) {
    change { state in
      if side == .replica { state.replicaAnswered = .now }
      guard state.sleepingCount > 0 else { return }
      for (tenantID, sequence) in sequences {
        wake(&state, tenantID, to: .replica) { $0.content.minimumSequence ?? 0 <= sequence }
      }
    }
  }

  /// Time has passed: queries that have waited long enough for a replica go to the primary. A query with a minimum
  /// sequence goes whether the replica lags, is silent or can't be reached; any other query only if no replica has
  /// answered anything for that long, so that a busy replica doesn't burden the primary.
  ///
  /// - Returns: the expired queries, removed from the backlog.
  func tick(at now: ContinuousClock.Instant) -> [ReceivedQuery] {
    change { state in
      var expired: [ReceivedQuery] = []
      for side in QuerySide.allCases {
        expired += state.lines[side]?.queries.removeAll { $0.isExpired(at: now) } ?? []
        state.lines[side]?.tick()
      }
      for tenantID in state.awaitingReplica.keys {
        expired += remove(&state, tenantID) { $0.isExpired(at: now) }
        wake(&state, tenantID, to: .primary) { $0.hasWaited(settings.wait, at: now) }
      }
      if state.sleepingCount > 0 { state.lines[.replica]?.isProbeDue = true }
      moveToPrimary(&state, at: now)
      return expired
    }
  }

  /// Forgets the queries that came over a lost connection: they are redelivered, here or elsewhere.
  func forget(_ intake: QueryIntake) {
    change { state in
      for side in QuerySide.allCases { _ = state.lines[side]?.queries.removeAll { $0.intake === intake } }
      for tenantID in state.awaitingReplica.keys { _ = remove(&state, tenantID) { $0.intake === intake } }
    }
  }

  private func moveToPrimary(_ state: inout State, at now: ContinuousClock.Instant) {
    let silence = state.replicaAnswered.duration(to: now)
    let referred = state.lines[.replica]?.queries.removeAll { query in
      query.hasWaited(settings.wait, at: now)
        && (query.content.minimumSequence != nil || query.longestWait(settings.wait) <= silence)
    }
    for query in referred ?? [] { state.lines[.primary]?.queries.append(query, of: query.tenantID) }
  }

  private func wake(
    _ state: inout State, _ tenantID: TenantID, to side: QuerySide, where isDue: (ReceivedQuery) -> Bool
  ) {
    for query in remove(&state, tenantID, where: isDue) { state.lines[side]?.queries.append(query, of: tenantID) }
  }

  private func remove(
    _ state: inout State, _ tenantID: TenantID, where isUnwanted: (ReceivedQuery) -> Bool
  ) -> [ReceivedQuery] {
    guard let awaitingReplica = state.awaitingReplica[tenantID] else { return [] }
    let removed = awaitingReplica.filter(isUnwanted)
    guard !removed.isEmpty else { return [] }
    let kept = awaitingReplica.filter { !isUnwanted($0) }
    state.awaitingReplica[tenantID] = kept.isEmpty ? nil : kept
    state.sleepingCount -= removed.count
    return removed
  }

  /// Whether a connection should take the waiting queries, or probe its server.
  private func isDue(_ side: QuerySide, _ state: State) -> Bool {
    guard let line = state.lines[side] else { return false }
    guard line.queries.hasWork else { return line.isProbeDue }
    return line.readingCount == 0 || line.queries.count >= settings.batchCount || line.isPressing
  }

  /// Changes the state, and then wakes the connections of each side that has work due.
  private func change<Answer>(_ body: (inout State) -> Answer) -> Answer {
    let (answer, woken) = state.withLock { state -> (Answer, [Waiter<Void>]) in
      let answer = body(&state)
      var woken: [Waiter<Void>] = []
      for side in QuerySide.allCases where isDue(side, state) {
        woken += state.lines[side]?.waiters ?? []
        state.lines[side]?.waiters = []
      }
      return (answer, woken)
    }
    for waiter in woken { waiter.resolve() }
    return answer
  }
}

extension QueryBacklog.Line {
  fileprivate mutating func take(_ settings: QuerySettings) -> [(owner: TenantID, element: ReceivedQuery)] {
    let taken = queries.take(count: settings.batchCount, size: settings.batchBytes, of: \.size)
    readingCount += 1
    wasTaken = true
    isProbeDue = false
    // Queries left behind because of their size fill another round trip.
    isPressing = taken.count < settings.batchCount && queries.hasWork
    return taken
  }

  fileprivate mutating func tick() {
    isPressing = queries.hasWork && !wasTaken
    wasTaken = false
  }
}
