import PostgresClient

/// Lets only one migrator at a time work on a database.
struct MigrationLock: Sendable {
  let connection: PostgresConnection
  /// How long to wait for another migrator.
  let patience: Duration

  private static let key = AdvisoryLockKey("workspace-worker/migrations")

  /// - Throws: ``MigrationError/locked(waited:)`` when patience ran out.
  func acquire() async throws(MigrationError) {
    do {
      // The transaction is for its local settings: the lock is the session's, and outlives it.
      _ = try await connection.pipeline(
        [.begin, limit(), PostgresRequest("migrations_lock", "select pg_advisory_lock(\(Self.key))"), .commit],
        timeout: patience + .seconds(10))
    } catch {
      _ = try? await connection.pipeline([.rollback])
      throw error.sqlState == .lockNotAvailable ? .locked(waited: patience) : .postgres(error)
    }
  }

  func release() async throws(PostgresError) {
    _ = try await connection.query("migrations_unlock", "select pg_advisory_unlock(\(Self.key))")
  }

  /// `lock_timeout` applies to advisory locks too. `statement_timeout` is off, so that it does not expire first.
  private func limit() -> PostgresRequest {
    // Rounded up: 0 would be no limit.
    let milliseconds = max(1, Int64((patience / .milliseconds(1)).rounded(.up)))
    return PostgresRequest(
      "migrations_limit_wait",
      "select set_config('lock_timeout', \("\(milliseconds)ms"), true), set_config('statement_timeout', '0', true)")
  }
}
