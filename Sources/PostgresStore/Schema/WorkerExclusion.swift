import PostgresClient

/// Keeps workers from becoming active, whatever their queues are, while migrations are taken back: what they rest on goes.
///
/// It takes ``SchemaUse`` for itself alone, and the lease of each queue that ever had an active worker here: a worker of
/// a version before that lock has no share of it.
struct WorkerExclusion: Sendable {
  let connection: PostgresConnection

  /// - Returns: what ``release(_:)`` takes.
  /// - Throws: ``MigrationError/workerActive(sessions:)`` where somebody is active. Nothing is held then.
  func acquire() async throws(MigrationError) -> [Int64] {
    var taken: [Int64] = []
    for key in try await keys() {
      guard try await ask(Self.locking, key) else {
        let holders = try await holders(of: key)
        try await release(taken)
        throw .workerActive(sessions: holders)
      }
      taken.append(key)
    }
    return taken
  }

  /// - Parameter keys: what ``acquire()`` has returned.
  func release(_ keys: [Int64]) async throws(MigrationError) {
    for key in keys { _ = try await ask(Self.unlocking, key) }
  }

  private func keys() async throws(MigrationError) -> [Int64] {
    let queues = try await asking { () async throws(PostgresError) -> [String] in
      guard try await connection.pipeline([PostgresRequest(Self.exists)])[0][0].bool(0) else { return [] }
      return try await connection.pipeline([PostgresRequest(Self.selectingQueues)])[0]
        .map { row throws(PostgresError) in try row.text(0) }
    }
    return [SchemaUse.key.number] + queues.map { WorkerLease.key(of: $0).number }
  }

  /// Who has the lock, in words for people.
  private func holders(of key: Int64) async throws(MigrationError) -> [String] {
    var parameters = PostgresParameters()
    parameters.append(key)
    return try await asking { () async throws(PostgresError) in
      try await connection.pipeline([PostgresRequest(Self.selectingHolders, parameters)])[0]
        .map { row throws(PostgresError) in try row.text(0) }
    }
  }

  private func ask(_ statement: PostgresStatement, _ key: Int64) async throws(MigrationError) -> Bool {
    var parameters = PostgresParameters()
    parameters.append(key)
    return try await asking { () async throws(PostgresError) in
      try await connection.pipeline([PostgresRequest(statement, parameters)])[0][0].bool(0)
    }
  }

  private func asking<Answer>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(MigrationError) -> Answer {
    do throws(PostgresError) { return try await body() } catch { throw .postgres(error) }
  }

  private static let locking = PostgresStatement(
    name: "exclusion_lock", parameters: [.int8], sql: "select pg_try_advisory_lock($1)")
  private static let unlocking = PostgresStatement(
    name: "exclusion_unlock", parameters: [.int8], sql: "select pg_advisory_unlock($1)")
  private static let exists = PostgresStatement(
    name: "exclusion_table_exists", sql: "select to_regclass('active_workers') is not null")
  private static let selectingQueues = PostgresStatement(
    name: "exclusion_queues", sql: "select queue from active_workers order by queue")

  /// The two halves of a key stand in columns of their own (PostgreSQL manual, "pg_locks").
  private static let selectingHolders = PostgresStatement(
    name: "exclusion_holders", parameters: [.int8],
    sql: """
      select format('session %s of %s from %s', locks.pid, coalesce(activity.usename, 'another role'),
        coalesce(host(activity.client_addr), 'this machine'))
      from pg_locks as locks left join pg_stat_activity as activity on activity.pid = locks.pid
      where locks.locktype = 'advisory' and locks.granted and locks.objsubid = 1 and locks.pid <> pg_backend_pid()
        and locks.database = (select oid from pg_database where datname = current_database())
        and locks.classid::bigint = ($1 >> 32) & 4294967295 and locks.objid::bigint = $1 & 4294967295
      order by locks.pid
      """)
}
