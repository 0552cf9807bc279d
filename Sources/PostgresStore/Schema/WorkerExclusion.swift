import PostgresClient

/// Keeps workers of all queues from becoming active while migrations are taken back, which removes the schema that they
/// rely on.
///
/// It holds ``SchemaUse`` exclusively, and the lease of each queue that ever had an active worker here: workers of
/// versions before that lock don't share it.
struct WorkerExclusion: Sendable {
  let connection: PostgresConnection

  /// - Returns: the keys for ``release(_:)``.
  /// - Throws: ``MigrationError/workerActive(sessions:)`` if a worker is active. Then nothing is held.
  func acquire() async throws(MigrationError) -> [Int64] {
    var taken: [Int64] = []
    for key in try await keys() {
      guard try await ask("exclusion_lock", "select pg_try_advisory_lock(\(key)) as is_done") else {
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
    for key in keys { _ = try await ask("exclusion_unlock", "select pg_advisory_unlock(\(key)) as is_done") }
  }

  private func keys() async throws(MigrationError) -> [Int64] {
    let queues = try await asking { () async throws(PostgresError) -> [String] in
      let table = try await connection.query(
        "exclusion_table_exists", "select to_regclass('active_workers') is not null as is_there")
      guard try table[0].bool("is_there") else { return [] }
      return try await connection.query("exclusion_queues", "select queue from active_workers order by queue")
        .map { row throws(PostgresError) in try row.text("queue") }
    }
    return [SchemaUse.key.number] + queues.map { WorkerLease.key(of: $0).number }
  }

  /// The holders of the lock, in words for people. The two halves of a key are in columns of their own (PostgreSQL
  /// manual, "pg_locks").
  private func holders(of key: Int64) async throws(MigrationError) -> [String] {
    try await asking { () async throws(PostgresError) in
      try await connection.query(
        "exclusion_holders",
        """
        select format('session %s of %s from %s', locks.pid, coalesce(activity.usename, 'another role'),
          coalesce(host(activity.client_addr), 'this machine')) as holder
        from pg_locks as locks left join pg_stat_activity as activity on activity.pid = locks.pid
        where locks.locktype = 'advisory' and locks.granted and locks.objsubid = 1 and locks.pid <> pg_backend_pid()
          and locks.database = (select oid from pg_database where datname = current_database())
          and locks.classid::bigint = (\(key) >> 32) & 4294967295 and locks.objid::bigint = \(key) & 4294967295
        order by locks.pid
        """
      ).map { row throws(PostgresError) in try row.text("holder") }
    }
  }

  private func ask(_ name: String, _ query: PostgresQuery) async throws(MigrationError) -> Bool {
    try await asking { () async throws(PostgresError) in try await connection.query(name, query)[0].bool("is_done") }
  }

  private func asking<Answer>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(MigrationError) -> Answer {
    do throws(PostgresError) { return try await body() } catch { throw .postgres(error) }
  }
}
