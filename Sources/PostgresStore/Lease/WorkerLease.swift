import Logging
package import PostgresClient
package import UnitOfWork

/// "One active worker per queue": a session-level advisory lock.
///
/// The lease is taken on the session that runs the units of work: a worker that loses the session loses the lease, and
/// with it the ability to commit. There is no expiry, no clock, no token to compare. The lease includes a share of
/// ``SchemaUse``: while a migrator takes migrations back, no worker has a lease.
///
/// A suspended process holds its lease until the server ends its session: that is what
/// ``PostgresConfiguration/idleSessionTimeout`` is for, and why the holder pings the connection while it is idle.
package struct WorkerLease: ActiveWorkerLease {
  private let connection: PostgresConnection
  private let key: AdvisoryLockKey
  private let queue: String
  private let process: LeaseHolder.Process

  package var broker: LeaseHolder.Broker { process.broker }

  /// - Parameters:
  ///   - queue: `<virtual host>/<queue>`.
  ///   - process: this process, as described to standby workers.
  package init(connection: PostgresConnection, queue: String, process: LeaseHolder.Process) {
    self.connection = connection
    self.queue = queue
    self.process = process
    key = Self.key(of: queue)
  }

  static func key(of queue: String) -> AdvisoryLockKey { AdvisoryLockKey("workspace-worker/\(queue)") }

  /// Takes the lease if it is free. It lasts until ``release()`` or the end of the session.
  ///
  /// Call it once per session: the server counts, and requires as many releases.
  ///
  /// - Returns: whether this session has it now.
  package func tryAcquire() async throws(PostgresError) -> Bool {
    // CASE evaluates in order. One lock that was obtained without the other is given back.
    try await connection.query(
      "lease_acquire",
      """
      select case
        when not pg_try_advisory_lock(\(key)) then false
        when pg_try_advisory_lock_shared(\(SchemaUse.key)) then true
        else not pg_advisory_unlock(\(key))
      end as is_mine
      """)[0].bool("is_mine")
  }

  /// Writes a row: only a commit that writes waits for the log to be on disk and on standbys, including everything
  /// logged before.
  package func announce() async throws(PostgresError) {
    _ = try await connection.pipeline([LeaseHoldersTable.announce(process, queue: queue)])
  }

  package func holder() async throws(PostgresError) -> LeaseHolder? {
    let rows = try await connection.pipeline([LeaseHoldersTable.find(key, queue: queue)])[0]
    return try rows.first.map(LeaseHoldersTable.holder)
  }

  /// - Throws: ``PostgresError``; ``MigrationError`` if the schema that the worker relies on has been removed
  ///   meanwhile. An idle worker would not notice before its next command.
  package func keepAlive() async throws {
    try await connection.ping()
    do {
      _ = try await Migrator(connection: connection, logger: Logger(label: "schema") { _ in SwiftLogNoOpLogHandler() })
        .verify()
    } catch MigrationError.postgres(let error) where error.sqlState == .inFailedSQLTransaction {
      // A unit of work has just failed, and is about to be rolled back.
    }
  }

  /// Gives the lease back, so that another worker need not wait for the end of the session.
  ///
  /// - Returns: whether this session had it.
  @discardableResult
  package func release() async throws(PostgresError) -> Bool {
    try await connection.query(
      "lease_release",
      """
      select case when pg_advisory_unlock(\(key)) then pg_advisory_unlock_shared(\(SchemaUse.key)) else false end as was_mine
      """)[0].bool("was_mine")
  }
}
