import Coordination
import Logging
import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// One connection of the pool: takes waiting queries, reads their data in one round trip, answers them, and reconnects
/// when the connection is lost.
struct QueryServer {
  /// The pause before queries are retried after a transient failure, such as a standby's conflict with recovery.
  private static let pause: Duration = .milliseconds(20)

  let side: QuerySide
  let backlog: QueryBacklog
  let responder: QueryResponder
  let room: AnswerRoom
  let environment: ExecutionEnvironment
  let status: QueryStatus
  let probe: any QueryProbe
  let workspaceProbe: any WorkspaceServiceProbe & Sendable
  let reconnecting: Reconnecting
  let logger: Logger
  let connect: @Sendable () async throws -> any QuerySession

  /// Runs until the task is cancelled.
  func run() async throws {
    try await reconnecting.run { attempt in
      // Most deployments never need the primary for queries: only where replicas are too slow, or all away.
      if side == .primary { try await backlog.waitForWork(side) }
      let session = try await connect()
      attempt.connected()
      status.opened(side)
      noteReplica()
      defer {
        status.closed(side)
        backlog.wakeOthers()
      }
      try await session.use(serve)
    } failed: { error, delay in
      status.failed(side, "\(error)")
      noteReplica()
      logger.warning(
        "a query connection failed; reconnecting",
        metadata: ["side": "\(side.rawValue)", "error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
    }
  }

  private func noteReplica() { backlog.noteReplica(isConnected: status.connections(.replica).open > 0) }

  private func serve(_ session: any QuerySession) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { throw await session.waitUntilClosed() }
      group.addTask(executorPreference: session.reader.taskExecutor) {
        while true {
          try await room.wait()
          try await answer(try await backlog.take(side), on: session.reader)
        }
      }
      // Neither task returns; the first error ends both.
      for try await _ in group {}
    }
  }

  /// Answers work. In any case, each query is answered, dropped, or waits again.
  private func answer(_ work: QueryBacklog.Work, on reader: any SnapshotReader) async throws {
    status.busy(side, 1)
    defer {
      backlog.done(work, side)
      status.busy(side, -1)
    }
    try await read(live(work.queries), sequencesOf: work.awaited, on: reader)
  }

  /// The queries that have not expired. Drops the others.
  private func live(_ queries: [ReceivedQuery]) -> [ReceivedQuery] {
    let now = ContinuousClock.now
    responder.drop(queries.filter { $0.isExpired(at: now) })
    return queries.filter { !$0.isExpired(at: now) }
  }

  private func read(
    _ queries: [ReceivedQuery], sequencesOf tenants: Set<TenantID>, on reader: any SnapshotReader
  ) async throws {
    guard !queries.isEmpty || !tenants.isEmpty else { return }
    let readSet = ReadSet(queries, sequencesOf: tenants, rules: environment.rules)
    do throws(UnitOfWorkError) {
      conclude(queries, readSet, try await reader.read(readSet))
    } catch {
      try await recover(queries, from: error, on: reader)
    }
  }

  private func conclude(_ queries: [ReceivedQuery], _ readSet: ReadSet, _ dated: DatedSnapshot) {
    noteLag(dated.origin)
    probe.observe(.read(count: queries.count))
    let observations = DeferredObservations()
    let run = QueryRun(readSet, dated.snapshot, environment, probe: observations)
    let now = environment.clock.now()
    // Queries may have expired during the read.
    responder.send(
      live(queries).compactMap { query in
        switch run.answer(query, at: now) {
        case .result(let result, let sequence):
          noteWait(of: query, sequence)
          return responder.answer(query, result, sequence: sequence)
        case .behind(let sequence):
          noteWait(of: query, sequence)
          return waitOrReject(query, dated.origin, sequence: sequence)
        case .failed(let error): return failure(of: query, because: "\(error)")
        }
      })
    observations.flush(to: workspaceProbe)
    backlog.learn(dated.snapshot.tenants, from: side)
  }

  /// Lets a query wait for its sequence, or rejects it if the primary has not reached the sequence: every sequence that
  /// a sender knows comes from there. A server for reading that follows no other server is the primary itself, or a
  /// standby promoted by mistake: waiting for it is useless.
  private func waitOrReject(_ query: ReceivedQuery, _ origin: DatedSnapshot.Origin, sequence: Int64) -> PendingReply? {
    switch (side, origin) {
    case (.primary, _):
      let rejection = Rejection(code: .sequenceNotReached, message: "the tenant has not reached that sequence")
      return responder.answer(query, .failure(rejection), sequence: sequence)
    case (.replica, .primary): backlog.add([query], to: .primary)
    case (.replica, .replica): backlog.await(query)
    }
    return nil
  }

  /// Notes how far the server for reading is behind; if it follows no other server, it is not.
  private func noteLag(_ origin: DatedSnapshot.Origin) {
    guard side == .replica else { return }
    if case .replica(let lag) = origin { status.note(lag: lag) } else { status.note(lag: nil) }
  }

  /// Notes how many events a server that has reached `sequence` lacks for the query's minimum sequence.
  private func noteWait(of query: ReceivedQuery, _ sequence: Int64) {
    guard let minimum = query.content.minimumSequence else { return }
    let shortfall = max(0, minimum - sequence)
    status.note(shortfall: shortfall)
    if shortfall == 0 { probe.observe(.awaitedReplica(query.age)) }
  }

  private func recover(_ queries: [ReceivedQuery], from error: UnitOfWorkError, on reader: any SnapshotReader)
    async throws
  {
    switch error {
    case .unavailable:
      backlog.putBack(queries, of: side)
      throw error
    case .transient:
      backlog.add(queries, to: side)
      try await Task.sleep(for: Self.pause)
    case .timedOut, .failed, .conflict:
      guard queries.count > 1 else {
        return responder.send(live(queries).compactMap { failure(of: $0, because: "\(error)") })
      }
      // One of the queries is to blame: each is read alone, so that the others are answered.
      for (index, query) in queries.enumerated() {
        do {
          try await read(live([query]), sequencesOf: [], on: reader)
        } catch {
          // The connection is lost; this query already waits again.
          backlog.putBack(Array(queries[(index + 1)...]), of: side)
          throw error
        }
      }
    }
  }

  private func failure(of query: ReceivedQuery, because reason: String) -> PendingReply? {
    logger.error(
      "a query can't be answered",
      metadata: [
        "type": "\(query.content.type.rawValue)", "query_id": "\(query.content.context.key.id)",
        "tenant_id": "\(query.tenantID)",
        "error": "\(reason)",
      ])
    return responder.failure(of: query)
  }
}
