package import PostgresClient
package import UnitOfWork

/// Units of work on one connection: a round trip to begin, a round trip to commit.
///
/// Runs on the connection's thread, so that going from one to the other costs nothing. Where a unit of work can't be
/// ended in an orderly way, the connection is closed: the server rolls back.
package actor PostgresUnitOfWorkStore: UnitOfWorkStore {
  private let connection: PostgresConnection
  let queue: String
  private var hasBegun = false
  private var renewal = PlanRenewal()
  private var renewsPlans = false

  package nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }
  package nonisolated var taskExecutor: (any TaskExecutor)? { connection.taskExecutor }

  /// - Parameters:
  ///   - connection: used by nobody else while a unit of work is open. Its configuration should be
  ///     ``PostgresConfiguration/forUnitsOfWork()``.
  ///   - queue: `<virtual host>/<queue>`: whose outgoing messages these are.
  package init(connection: PostgresConnection, queue: String) {
    self.connection = connection
    self.queue = queue
  }

  package func begin(_ readSet: ReadSet) async throws(UnitOfWorkError) -> Snapshot {
    guard !hasBegun else { throw .failed(reason: "a unit of work is open already") }
    let queries = readSet.queries(queue: queue)
    return try await orAbandon { () async throws(PostgresError) in
      let opening: [PostgresRequest] = renewsPlans ? [.discardPlans, .begin] : [.begin]
      let answers = try await connection.pipeline(opening + queries.map(\.request))
      hasBegun = true
      renewsPlans = false
      var snapshot = Snapshot()
      for (query, rows) in zip(queries, answers.dropFirst(opening.count)) { try query.read(rows, &snapshot) }
      return snapshot
    }
  }

  package func commit(_ writeSet: WriteSet) async throws(UnitOfWorkError) -> [OutboxID] {
    guard hasBegun else { throw .failed(reason: "no unit of work has begun") }
    let requests = writeSet.requests(queue: queue)
    return try await orAbandon { () async throws(PostgresError) in
      let answers = try await connection.pipeline(requests)
      hasBegun = false
      if renewal.isDue(afterWriting: writeSet.inbox.count) { renewsPlans = true }
      let insertion = requests.firstIndex { $0.statement.name == OutboxTable.inserting.name }
      return try insertion.map { index throws(PostgresError) in try OutboxTable.ids(answers[index]) } ?? []
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

  package func unpublished(limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [OutboxEntry] {
    try await read(OutboxTable.oldest(queue: queue, limit: limit, bytes: bytes), OutboxTable.entry)
  }

  package func remove(_ confirmed: [OutboxID]) async throws(UnitOfWorkError) {
    guard let request = OutboxTable.delete(confirmed, queue: queue) else { return }
    _ = try await single(request)
  }
}

extension PostgresUnitOfWorkStore {
  /// Runs a statement that is a transaction of its own, and reads each row of its answer.
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

  /// Runs a statement that is a transaction of its own.
  func single(_ request: PostgresRequest) async throws(UnitOfWorkError) -> PostgresRows {
    guard !hasBegun else { throw .failed(reason: "a unit of work is open") }
    do throws(PostgresError) {
      return try await connection.pipeline([request])[0]
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  /// Leaves nothing of a unit of work behind when `body` throws.
  private func orAbandon<Answer: Sendable>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(UnitOfWorkError) -> Answer {
    do throws(PostgresError) {
      return try await body()
    } catch {
      // The first error is what counts.
      try? await abandon()
      throw UnitOfWorkError(error)
    }
  }

  /// Rolls back; where that does not work, the end of the session does it.
  private func abandon() async throws(PostgresError) {
    hasBegun = false
    do throws(PostgresError) {
      _ = try await connection.pipeline([.rollback])
    } catch {
      await connection.close()
      throw error
    }
  }
}
