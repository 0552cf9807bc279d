package import PostgresClient
import TestSupport

/// An open transaction of the test, for a worker to wait for.
package struct OpenTransaction: Sendable {
  package let connection: PostgresConnection
  private let observer: PostgresConnection

  /// - Parameter statements: what it does; it stays uncommitted.
  package static func begin(_ statements: String, in deployment: Deployment) async throws -> OpenTransaction {
    let connection = try await deployment.database.connect()
    // The worker under test may take longer to get there than a session may stay idle.
    try await connection.execute(script: "set idle_in_transaction_session_timeout = 0; begin; \(statements)")
    return OpenTransaction(connection: connection, observer: try await deployment.database.connect())
  }

  /// Waits until the session that a worker commits on, the one with its lease, waits for this transaction. Other
  /// sessions, such as those of retention, may wait for it, too.
  package func isWaitedFor() async throws {
    let process = try await connection.processID()
    try await Patience.poll(for: "a worker waits for the lock of the transaction") {
      try await observer.query(
        "waiting",
        """
        select count(*) from pg_stat_activity as session
        where datname = current_database() and \(process) = any(pg_blocking_pids(pid))
          and exists (select from pg_locks as lease where lease.pid = session.pid and locktype = 'advisory' and granted)
        """)[0].count() > 0
    }
  }

  package func commit() async throws { try await end("commit") }
  package func rollBack() async throws { try await end("rollback") }

  private func end(_ statement: String) async throws {
    try await connection.execute(script: statement)
    await connection.close()
    await observer.close()
  }
}
