package import Logging
package import Migrations
package import PostgresClient

/// Applies migrations to a database's schema, and takes them back.
///
/// Each migration is a transaction of its own: a failed one is rolled back, and those before it stay. Only one migrator
/// at a time works on a database. `schema_migrations` records what was applied, with a checksum of its text.
package struct Migrator: Sendable {
  private let connection: PostgresConnection
  private let migrations: [Migration]
  private let lock: MigrationLock
  private let timeout: Duration
  private let logger: Logger

  /// - Parameters:
  ///   - connection: should come from ``PostgresConfiguration/forMigrations()``.
  ///   - migrations: in the order of their versions.
  ///   - lockPatience: how long to wait for another migrator of the database; 60 s by default.
  ///   - timeout: for the statements of one migration; an hour by default, since an index on a large table takes long.
  package init(
    connection: PostgresConnection, migrations: [Migration] = Migrations.all, lockPatience: Duration = .seconds(60),
    timeout: Duration = .seconds(3600), logger: Logger
  ) {
    self.connection = connection
    self.migrations = migrations
    lock = MigrationLock(connection: connection, patience: lockPatience)
    self.timeout = timeout
    self.logger = logger
  }

  /// Applies all pending migrations.
  ///
  /// - Returns: what was applied, in order; empty if nothing was pending.
  package func up() async throws(MigrationError) -> [Migration] {
    try await locked { () async throws(MigrationError) in
      if try await !isMigratedHere() { try await createTable() }
      let history = try await history()
      try history.validate()
      for migration in history.pending { try await run(migration, .up) }
      return history.pending
    }
  }

  /// Takes migrations back, the last one first. No worker can become active meanwhile.
  ///
  /// - Parameters:
  ///   - version: migrations up to this one stay applied, none if it is 0; nil takes back only the last one.
  ///   - mayDestroy: asked whether the given data may be lost, if any would be. By default they may not.
  /// - Returns: what was taken back, in that order.
  /// - Throws: ``MigrationError/workerActive(sessions:)``, ``MigrationError/wouldDestroy(_:)``, before anything is
  ///   changed.
  package func down(
    to version: Int? = nil, mayDestroy: ([DataLoss]) -> Bool = { _ in false }
  ) async throws(MigrationError) -> [Migration] {
    try await locked { () async throws(MigrationError) in
      guard try await isMigratedHere() else { return [] }
      let history = try await history()
      try history.validate()
      let migrations = try history.above(version)
      guard !migrations.isEmpty else { return [] }
      let exclusion = WorkerExclusion(connection: connection)
      let held = try await exclusion.acquire()
      do throws(MigrationError) {
        let losses = try await DataLossRehearsal(connection: connection, timeout: timeout).losses(of: migrations)
        guard losses.isEmpty || mayDestroy(losses) else { throw .wouldDestroy(losses) }
        for migration in migrations { try await run(migration, .down) }
        try await exclusion.release(held)
        return migrations
      } catch {
        try? await exclusion.release(held)
        throw error
      }
    }
  }

  /// The status of each migration. Changes nothing, and waits for no other migrator.
  package func status() async throws(MigrationError) -> [MigrationStatus] { try await history().statuses }

  /// Makes sure that the schema is one that this program can work with.
  ///
  /// - Returns: versions that this program does not know. A newer program added them, which is how a rolling update
  ///   begins: no reason to stop.
  /// - Throws: ``MigrationError/pending(_:)``, ``MigrationError/edited(_:)``, ``MigrationError/postgres(_:)``.
  @discardableResult
  package func verify() async throws(MigrationError) -> [Int] {
    let history = try await history()
    try history.validateTexts()
    guard history.pending.isEmpty else { throw .pending(history.pending.map(\.fileName)) }
    return history.unknownVersions
  }
}

extension Migrator {
  private func run(_ migration: Migration, _ direction: MigrationStep.Direction) async throws(MigrationError) {
    try await MigrationStep(migration: migration, direction: direction).run(on: connection, timeout: timeout)
    logger.info(
      "migrated", metadata: ["migration": "\(migration.fileName)", "direction": "\(direction)"])
  }

  private func locked<Answer: Sendable>(
    _ body: () async throws(MigrationError) -> Answer
  ) async throws(MigrationError) -> Answer {
    try await lock.acquire()
    do throws(MigrationError) {
      let answer = try await body()
      try await asking { () async throws(PostgresError) in try await lock.release() }
      return answer
    } catch {
      // The first error is what counts; the end of the session frees the lock as well.
      try? await lock.release()
      throw error
    }
  }

  /// Whether the schema that migrations change has `schema_migrations`. False: the database was never migrated.
  ///
  /// - Throws: ``MigrationError/otherSchema(found:target:)`` if another schema has it.
  private func isMigratedHere() async throws(MigrationError) -> Bool {
    let (found, target) = try await asking { () async throws(PostgresError) in
      let row = try await connection.pipeline([AppliedMigration.schemas])[0][0]
      return (try row.optionalText("found"), try row.optionalText("target"))
    }
    guard let found else { return false }
    guard found == target else { throw .otherSchema(found: found, target: target) }
    return true
  }

  private func createTable() async throws(MigrationError) {
    _ = try await asking { () async throws(PostgresError) in
      try await connection.pipeline([AppliedMigration.createTable])
    }
  }

  private func history() async throws(MigrationError) -> MigrationHistory {
    let applied = try await asking { () async throws(PostgresError) -> [AppliedMigration] in
      guard try await connection.pipeline([AppliedMigration.schemas])[0][0].optionalText("found") != nil else {
        return []
      }
      let rows = try await connection.pipeline([AppliedMigration.selectAll])[0]
      return try rows.map { row throws(PostgresError) in try AppliedMigration(row) }
    }
    return MigrationHistory(known: migrations, applied: applied)
  }

  private func asking<Answer>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(MigrationError) -> Answer {
    do throws(PostgresError) {
      return try await body()
    } catch {
      throw .postgres(error)
    }
  }
}
