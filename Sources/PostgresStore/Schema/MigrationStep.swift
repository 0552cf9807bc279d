import Migrations
import PostgresClient

/// Applies one migration or takes it back, in a transaction of its own, together with the row that records it.
struct MigrationStep: Sendable {
  let migration: Migration
  let direction: Direction

  enum Direction: Sendable {
    case up
    case down
  }

  /// The maximum number of attempts, if workers lock the same tables in another order.
  private static let maximumAttempts = 5

  /// - Parameter timeout: for each round trip: preflight, script, and record with commit.
  func run(on connection: PostgresConnection, timeout: Duration) async throws(MigrationError) {
    for attempt in 1... {
      do {
        return try await runInTransaction(connection, timeout)
      } catch {
        // Without a connection the server rolls back on its own.
        _ = try? await connection.pipeline([.rollback])
        guard attempt < Self.maximumAttempts, case .failed(_, let error) = error, error.sqlState == .deadlockDetected
        else { throw error }
      }
    }
  }

  private func runInTransaction(_ connection: PostgresConnection, _ timeout: Duration) async throws(MigrationError) {
    _ = try await naming { () async throws(PostgresError) in try await connection.pipeline([.begin]) }
    if direction == .up { try await preflight(connection, timeout) }
    let script = direction == .up ? migration.up : migration.down
    try await naming { () async throws(PostgresError) in
      try await connection.execute(script: script, timeout: timeout)
    }
    guard await connection.transactionStatus == .inTransaction else {
      throw .endsTransaction(migration: migration.fileName)
    }
    let bookkeeping = direction == .up ? AppliedMigration.record(migration) : AppliedMigration.forget(migration)
    _ = try await naming { () async throws(PostgresError) in
      try await connection.pipeline([bookkeeping, .commit], timeout: timeout)
    }
  }

  /// Only a migration that is taken back refuses by itself: an error while one is applied is a fault, or a trigger's.
  private func failure(_ error: ServerError) -> MigrationError {
    direction == .down
      ? MigrationError(takingBack: migration.fileName, error) : .failed(migration: migration.fileName, error)
  }

  private func preflight(_ connection: PostgresConnection, _ timeout: Duration) async throws(MigrationError) {
    guard let query = migration.preflight else { return }
    let findings = try await naming { () async throws(PostgresError) in
      let rows = try await connection.query("preflight_\(migration.version)", "\(raw: query)", timeout: timeout)
      return try PreflightFindings(migration.fileName, rows)
    }
    guard findings.total == 0 else { throw .preflight(findings) }
  }

  /// Names the migration in the error of a refused statement.
  private func naming<Answer>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(MigrationError) -> Answer {
    do throws(PostgresError) {
      return try await body()
    } catch {
      if case .server(let error) = error { throw failure(error) }
      throw .postgres(error)
    }
  }
}

extension PreflightFindings {
  fileprivate init(_ migration: String, _ rows: PostgresRows) throws(PostgresError) {
    let columns = Array(rows.columnNames.dropFirst())
    self.init(
      migration: migration,
      total: try rows.first.map { row throws(PostgresError) in try row.count(rows.columnNames[0]) } ?? 0,
      columns: columns,
      rows: try rows.map { row throws(PostgresError) in
        try columns.map { column throws(PostgresError) in try row.optionalText(column) ?? "" }
      })
  }
}
