import Migrations
import PostgresClient
import PostgresStore
import TestSupport
import Testing

/// A migration that waits for a stronger lock than it has deadlocks with a worker that has read the table and waits for the
/// migration before it can write: PostgreSQL gives up the migration, however long it has been building an index.
@Suite(.serialized, .requiresPostgres, .emptyDatabase) struct MigrationLocksTests: SchemaTests {
  /// From weak to strong (PostgreSQL manual, "Table-Level Locks").
  private static let modes = [
    "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
  ]

  @Test func `a migration begins with the strongest lock that it takes on a table, and names it`() async throws {
    try await withSchema { connection async throws in
      for migration in Migrations.all {
        try await connection.execute(script: "begin")
        let tables = Set(try await tableNames(connection))
        var first: [String: Int] = [:]
        for statement in Self.statements(of: migration.up) {
          try await connection.execute(script: statement)
          for (table, mode) in try await locks(of: connection) where tables.contains(table) {
            let before = first[table, default: mode]
            #expect(
              mode <= before, "\(migration.fileName): \(Self.modes[mode]) on \(table) after \(Self.modes[before])")
            first[table] = before
          }
        }
        let head = Self.head(of: migration.up)
        let named = Set(head.matches(of: /[A-Z]{3,}(?: [A-Z]+)*/).map { String($0.output) })
        for (table, mode) in first where mode > 0 {
          #expect(
            named.contains(Self.modes[mode]) && head.contains(table),
            "\(migration.fileName): \(Self.modes[mode]) on \(table)")
        }
        try await connection.execute(script: "commit")
      }
    }
  }

  /// Tables that a migration and a worker lock in different orders.
  @Test func `a migration that is given up because of a deadlock is tried again`() async throws {
    let migration = Migration(
      version: 1, name: "crossing",
      up: """
        lock table one in access exclusive mode;
        select pg_advisory_xact_lock(4711);
        lock table two in access exclusive mode;
        create table three ();
        """, down: "drop table three")
    try await withSchema { connection async throws in
      try await connection.execute(script: "create table one (); create table two ()")
      try await withSchema(of: connection) { gate async throws in
        try await withSchema(of: connection) { worker async throws in
          try await gate.execute(script: "select pg_advisory_lock(4711)")
          try await worker.execute(
            script: "set lock_timeout = '2min'; begin; lock table two in row exclusive mode")
          async let migrated = Migrator(connection: connection, migrations: [migration], logger: .silent).up()
          try await isAwaited("locktype = 'advisory' and objid = 4711", on: gate)
          async let worked: Void = worker.execute(script: "lock table one in row exclusive mode; commit")
          // Who waits looks for a deadlock once, after a second (`deadlock_timeout`). The worker has then found none, and the
          // migration is the one that is given up.
          try await isAwaited("relation = 'one'::regclass and waitstart < now() - interval '2 s'", on: gate)
          try await gate.execute(script: "select pg_advisory_unlock(4711)")
          try await worked
          #expect(try await migrated == [migration])
        }
      }
    }
  }

  /// Waits until another session waits for a lock.
  private func isAwaited(_ lock: String, on connection: PostgresConnection) async throws {
    try await Patience.poll(for: "a session that waits for \(lock)") {
      let rows = try await connection.query(
        "awaited_\(lock)", "select exists (select from pg_locks where not granted and \(raw: lock)) as is_awaited")
      return try rows[0].bool("is_awaited")
    }
  }

  private func tableNames(_ connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      "tables",
      "select relname::text as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'"
    ).map { try $0.text("name") }
  }

  /// The strongest lock of this session on each table of its schema, by its place in ``modes``.
  private func locks(of connection: PostgresConnection) async throws -> [String: Int] {
    let rows = try await connection.query(
      "locks",
      """
      select c.relname::text as name, l.mode from pg_locks l join pg_class c on c.oid = l.relation
      where l.pid = pg_backend_pid() and c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      """)
    var strongest: [String: Int] = [:]
    for row in rows {
      let words = try row.text("mode").dropLast("Lock".count)
      let mode = try #require(Self.modes.firstIndex { $0.lowercased().replacing(" ", with: "") == words.lowercased() })
      strongest[try row.text("name")] = max(strongest[try row.text("name")] ?? 0, mode)
    }
    return strongest
  }

  /// Without comments; the body of a function is part of its statement.
  private static func statements(of script: String) -> [String] {
    let code = script.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("--") }.joined(separator: "\n")
    var statements = [""]
    for (index, part) in code.split(separator: "$$", omittingEmptySubsequences: false).enumerated() {
      guard index.isMultiple(of: 2) else {
        statements[statements.count - 1] += "$$\(part)$$"
        continue
      }
      let pieces = part.split(separator: ";", omittingEmptySubsequences: false)
      statements[statements.count - 1] += pieces[0]
      statements += pieces.dropFirst().map(String.init)
    }
    return statements.filter { $0.contains { !$0.isWhitespace } }
  }

  /// What its file says about locks.
  private static func head(of script: String) -> String {
    let comments = script.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("--") }
    return comments.drop { !$0.hasPrefix("-- Locks:") }.map { $0.dropFirst(3) }.joined(separator: " ")
  }
}
