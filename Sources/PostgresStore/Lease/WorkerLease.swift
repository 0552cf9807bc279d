package import PostgresClient
import UnitOfWork

/// "One active worker for each queue": an advisory lock of the session.
///
/// It is taken on the very session that runs the units of work: who loses the session loses the lease, and with it
/// the ability to commit. No expiry, no clock, no token to compare.
///
/// A process that was stopped holds its lease until the server ends its session: that is what
/// ``PostgresConfiguration/idleSessionTimeout`` is for, and why its holder pings the connection while it is idle.
package struct WorkerLease: ActiveWorkerLease {
  private let connection: PostgresConnection
  private let key: AdvisoryLockKey

  /// - Parameter queue: `<virtual host>/<queue>`.
  package init(connection: PostgresConnection, queue: String) {
    self.connection = connection
    key = AdvisoryLockKey("workspace-worker/\(queue)")
  }

  /// Takes the lease if it is free. It lasts as long as the session, or until ``release()``.
  ///
  /// Call it once for each session: the server counts, and wants as many releases.
  ///
  /// - Returns: whether this session has it now.
  package func tryAcquire() async throws(PostgresError) -> Bool {
    try await ask(Self.acquiring)
  }

  package func keepAlive() async throws(PostgresError) { try await connection.ping() }

  /// Gives the lease back, so that another worker need not wait for the end of the session.
  ///
  /// - Returns: whether this session had it.
  @discardableResult
  package func release() async throws(PostgresError) -> Bool {
    try await ask(Self.releasing)
  }

  private func ask(_ statement: PostgresStatement) async throws(PostgresError) -> Bool {
    let answers = try await connection.pipeline([PostgresRequest(statement, key.parameters)])
    return try answers[0][0].bool(0)
  }

  private static let acquiring = PostgresStatement(
    name: "lease_acquire", parameters: [.int8], sql: "select pg_try_advisory_lock($1)")
  private static let releasing = PostgresStatement(
    name: "lease_release", parameters: [.int8], sql: "select pg_advisory_unlock($1)")
}
