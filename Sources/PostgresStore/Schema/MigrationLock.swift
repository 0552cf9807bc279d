import PostgresClient

/// Keeps all but one from migrating a database.
struct MigrationLock: Sendable {
  let connection: PostgresConnection
  /// How long to wait for whoever migrates now.
  let patience: Duration

  private static let key = AdvisoryLockKey("workspace-worker/migrations")

  /// - Throws: ``MigrationError/locked(waited:)`` when patience ran out.
  func acquire() async throws(MigrationError) {
    do {
      // The transaction is for its local settings: the lock is the session's, and outlives it.
      _ = try await connection.pipeline(
        [.begin, limit(), PostgresRequest(Self.locking, Self.key.parameters), .commit],
        timeout: patience + .seconds(10))
    } catch {
      _ = try? await connection.pipeline([.rollback])
      throw error.sqlState == .lockNotAvailable ? .locked(waited: patience) : .postgres(error)
    }
  }

  func release() async throws(PostgresError) {
    _ = try await connection.pipeline([PostgresRequest(Self.unlocking, Self.key.parameters)])
  }

  private func limit() -> PostgresRequest {
    // Rounded up: 0 would be no limit.
    let milliseconds = patience / .milliseconds(1)
    var parameters = PostgresParameters()
    parameters.append("\(max(1, Int64(milliseconds.rounded(.up))))ms")
    return PostgresRequest(Self.limiting, parameters)
  }

  /// `lock_timeout` is about advisory locks too. The statement's own limit must not be the one that strikes.
  private static let limiting = PostgresStatement(
    name: "migrations_limit_wait", parameters: [.text],
    sql: "select set_config('lock_timeout', $1, true), set_config('statement_timeout', '0', true)")
  private static let locking = PostgresStatement(
    name: "migrations_lock", parameters: [.int8], sql: "select pg_advisory_lock($1)")
  private static let unlocking = PostgresStatement(
    name: "migrations_unlock", parameters: [.int8], sql: "select pg_advisory_unlock($1)")
}
