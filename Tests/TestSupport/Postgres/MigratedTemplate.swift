import Coordination
import Migrations
import PostgresClient
import PostgresStore

/// A template database with all migrations applied. A test gets a copy of it, which takes half the time of a migration.
/// The template stays on the server, for every test run with the same migrations.
enum MigratedTemplate {
  private static let shared = Task { try await provide() }

  /// The name of the template, which exists by then.
  static var name: String { get async throws { try await shared.value } }

  private static func provide() async throws -> String {
    let name = "template_\(fingerprint)"
    let unfinished = "\(name)_unfinished"
    // A second process waits for the first, which takes long on a busy machine.
    let patient = try await PostgresServer.connect {
      ($0.lockTimeout, $0.statementTimeout) = (.seconds(300), .seconds(300))
    }
    try await patient.use { connection in
      // Only one process makes the template.
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

  /// The FNV-1a hash of the up scripts of all migrations.
  private static let fingerprint = Migrations.all.flatMap { $0.up.utf8 }.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
    ($0 ^ UInt64($1)) &* 0x100_0000_01b3
  }
}
