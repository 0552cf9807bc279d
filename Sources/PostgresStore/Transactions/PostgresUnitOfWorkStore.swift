package import Logging
package import PostgresClient
package import UnitOfWork
import WorkerRuntime
package import WorkspaceDomain

/// Units of work on one connection: one round trip to begin, one to commit.
///
/// Runs on the connection's thread, so that calls to the connection don't switch threads. If a unit of work can't be
/// ended in an orderly way, the connection is closed, and the server rolls back.
package actor PostgresUnitOfWorkStore: UnitOfWorkStore {
  private let connection: PostgresConnection
  private let patience: ResponsePatience?
  let logger: Logger
  let queue: String
  private var identity = IdentitySource.sequence
  /// The highest outbox id known to have been assigned.
  private var lastID: Int64 = 0
  private var hasBegun = false
  private var renewal = PlanRenewal()
  private var renewsPlans = false

  package nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }
  package nonisolated var taskExecutor: (any TaskExecutor)? { connection.taskExecutor }

  /// - Parameters:
  ///   - connection: used by nothing else while a unit of work is open. Its configuration should be
  ///     ``PostgresConfiguration/forUnitsOfWork(idleSessionTimeout:)``.
  ///   - queue: `<virtual host>/<queue>`: the queue that the outgoing messages belong to.
  ///   - patience: shared by successive connections; without it the connection's own limit holds.
  ///   - logger: receives reports of rows that had to be repaired or could not be read.
  package init(
    connection: PostgresConnection, queue: String, patience: ResponsePatience? = nil,
    logger: Logger = Logger(label: "workspace-worker")
  ) {
    self.connection = connection
    self.queue = queue
    self.patience = patience
    self.logger = logger
  }

  package func begin(_ readSet: ReadSet) async throws(UnitOfWorkError) -> Snapshot {
    guard !hasBegun else { throw .failed(reason: "a unit of work is already open") }
    let queries = readSet.queries(queue: queue)
    return try await orAbandon { () async throws(PostgresError) in
      let opening: [PostgresRequest] = renewsPlans ? [.discardPlans, .begin] : [.begin]
      patience?.began()
      let answers = try await patiently(opening + queries.map(\.request))
      hasBegun = true
      renewsPlans = false
      var snapshot = Snapshot()
      for (query, rows) in zip(queries, answers.dropFirst(opening.count)) { try query.read(rows, &snapshot) }
      return snapshot
    }
  }

  package func commit(_ writeSet: WriteSet) async throws(UnitOfWorkError) -> [OutboxID] {
    guard hasBegun else { throw .failed(reason: "no unit of work has begun") }
    let requests = writeSet.requests(queue: queue, after: lastID, identity: identity)
    return try await orAbandon { () async throws(PostgresError) in
      let answers = try await patiently(requests)
      patience?.completed()
      hasBegun = false
      if renewal.isDue(afterWriting: writeSet.inbox.count) { renewsPlans = true }
      guard let insertion = requests.firstIndex(where: OutboxTable.isInsertion) else { return [] }
      let ids = try OutboxTable.ids(answers[insertion])
      lastID = max(lastID, ids.last?.number ?? 0)
      return ids
    }
  }

  package func rollback() async throws(UnitOfWorkError) {
    guard hasBegun else { return }
    do throws(PostgresError) {
      try await abandon()
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  package func replication(of tenants: Set<TenantID>) async throws(UnitOfWorkError) -> [TenantID: TenantReplication] {
    let progress = try await read(RelationshipChangesTable.progress(of: tenants), RelationshipChangesTable.progress)
    return Dictionary(uniqueKeysWithValues: progress)
  }

  package func unpublished(
    after last: OutboxID?, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> [OutboxEntry] {
    let request = OutboxTable.oldest(after: last, queue: queue, limit: limit, bytes: bytes)
    while true {
      let (entries, unreadable) = try await readEach(request, OutboxTable.entry)
      for (id, detail) in unreadable {
        try await quarantine("outbox", id, detail, OutboxTable.quarantine)
      }
      lastID = max(lastID, entries.last?.id.number ?? 0)
      // An empty page would be taken for the end of the outbox.
      if !entries.isEmpty || unreadable.isEmpty { return entries }
    }
  }

  package func newestLetter() async throws(UnitOfWorkError) -> ULID? {
    try await read(DeadLettersTable.newest) { row throws(PostgresError) in try row.ulid("id") }.first
  }

  package func remove(_ confirmed: [OutboxID]) async throws(UnitOfWorkError) {
    guard let request = OutboxTable.delete(confirmed, queue: queue) else { return }
    _ = try await single(request)
  }
}

extension PostgresUnitOfWorkStore {
  /// Runs a statement as a transaction of its own, and decodes each row of its answer.
  func read<Value>(
    _ request: PostgresRequest, _ value: (PostgresRow) throws(PostgresError) -> Value
  ) async throws(UnitOfWorkError) -> [Value] {
    let rows = try await single(request)
    do throws(PostgresError) {
      return try rows.map(value)
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  /// Runs a statement as a transaction of its own, and decodes each row. A row that can't be read does not affect the
  /// others: it is reported by its id.
  func readEach<Value>(
    _ request: PostgresRequest, _ value: (PostgresRow) throws(PostgresError) -> Value
  ) async throws(UnitOfWorkError) -> (values: [Value], unreadable: [(id: Int64, detail: String)]) {
    let rows = try await single(request)
    var values: [Value] = []
    var unreadable: [(id: Int64, detail: String)] = []
    for row in rows {
      do throws(PostgresError) {
        do throws(PostgresError) {
          values.append(try value(row))
        } catch .decoding(let reason) {
          unreadable.append((try row.int8("id"), reason))
        }
      } catch {
        throw UnitOfWorkError(error)
      }
    }
    return (values, unreadable)
  }

  /// Moves a row that can't be read to the dead letters: left in place, it would block all others.
  func quarantine(
    _ table: String, _ id: Int64, _ detail: String,
    _ request: (_ id: Int64, _ letter: ULID, _ detail: String, _ queue: String) -> PostgresRequest
  ) async throws(UnitOfWorkError) {
    let letter = ULID.random(at: SystemWallClock().now())
    logger.error(
      "a database row can't be read; it goes to the dead letters",
      metadata: ["table": "\(table)", "id": "\(id)", "error": "\(detail)", "letter": "\(letter)"])
    _ = try await single(request(id, letter, "row \(id) of \(table): \(detail)", queue))
  }

  /// Runs several statements as one transaction.
  func together(_ requests: [PostgresRequest]) async throws(UnitOfWorkError) -> [PostgresRows] {
    guard !hasBegun else { throw .failed(reason: "a unit of work is open") }
    do throws(PostgresError) {
      return try await patiently(requests)
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  /// Runs a statement as a transaction of its own.
  func single(_ request: PostgresRequest) async throws(UnitOfWorkError) -> PostgresRows {
    guard !hasBegun else { throw .failed(reason: "a unit of work is open") }
    do throws(PostgresError) {
      return try await patiently([request])[0]
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  /// Runs `body`; if it throws, leaves nothing of the unit of work behind.
  private func orAbandon<Answer: Sendable>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(UnitOfWorkError) -> Answer {
    do throws(PostgresError) {
      return try await body()
    } catch {
      // The first error counts, not a failure of the rollback.
      try? await abandon()
      if case .server(let error) = error, error.isOfIdentity { takeIDsFromTables(error) }
      // A row that can't be read concerns only the command that it was read for, and is no reason to end the session.
      if case .decoding = error { throw .failed(reason: error.description) }
      throw UnitOfWorkError(error)
    }
  }

  private func takeIDsFromTables(_ error: ServerError) {
    guard identity == .sequence else { return }
    identity = .table
    logger.error(
      """
      a table's identity sequence was set back, as by a partial restore; ids are taken from the table until its owner \
      corrects the sequence
      """,
      metadata: ["error": "\(error)"])
  }

  /// Every wait for an answer: the session shows no other sign of life meanwhile.
  private func patiently(_ requests: [PostgresRequest]) async throws(PostgresError) -> [PostgresRows] {
    let start = ContinuousClock.now
    let limit = patience?.limit(statements: requests.count)
    if let limit { patience?.waits(atMost: limit) }
    defer { patience?.ended() }
    do throws(PostgresError) {
      let answers = try await connection.pipeline(requests, timeout: limit)
      patience?.answered(after: ContinuousClock.now - start)
      return answers
    } catch {
      if case .timeout = error { patience?.ranOut() }
      throw error
    }
  }

  /// Rolls back; if that fails, closes the connection, and the end of the session rolls back.
  private func abandon() async throws(PostgresError) {
    hasBegun = false
    do throws(PostgresError) {
      _ = try await patiently([.rollback])
    } catch {
      await connection.close()
      throw error
    }
  }
}
