import Coordination
import Migrations
import PostgresClient
import PostgresStore

/// A database with all migrations applied, of which tests get copies: that takes half the time of migrating one for each
/// test. It stays on the server, and whoever has the same migrations uses it.
enum MigratedTemplate {
  private static let shared = Task { try await provide() }

  /// Of the database, which is there.
  static var name: String { get async throws { try await shared.value } }

  private static func provide() async throws -> String {
    let name = "template_\(fingerprint)"
    let unfinished = "\(name)_unfinished"
    // Whoever comes second waits for the first, on a busy machine for long.
    let patient = try await PostgresServer.connect {
      ($0.lockTimeout, $0.statementTimeout) = (.seconds(300), .seconds(300))
    }
    try await patient.use { connection in
      // One process makes it.
      _ = try await connection.query("lock", "select pg_advisory_lock(\(Int64(bitPattern: fingerprint)))")
      let existing = try await connection.query("existing", "select count(*) from pg_database where datname = \(name)")
      guard try existing[0].count() == 0 else { return }
      try await connection.execute(script: "drop database if exists \(unfinished) with (force)")
      try await connection.execute(script: "create database \(unfinished)")
      try await migrate(unfinished)
      try await connection.execute(script: "alter database \(unfinished) rename to \(name)")
    }
    return name
  }

  private static func migrate(_ database: String) async throws {
    try await PostgresServer.connect(PostgresServer.url(database: database)).use { connection in
      _ = try await Migrator(connection: connection, logger: .silent).up()
    }
  }

  /// FNV-1a, of what all migrations say.
  private static let fingerprint = Migrations.all.flatMap { $0.up.utf8 }.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
    ($0 ^ UInt64($1)) &* 0x100_0000_01b3
  }
}
