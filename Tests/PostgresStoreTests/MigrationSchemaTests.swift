import Migrations
import PostgresClient
import PostgresStore
import TestSupport
import Testing

/// Which schema migrations change, where `search_path` names several. Serialized, because the migration lock is per
/// database.
@Suite(.serialized, .requiresPostgres, .emptyDatabase) struct MigrationSchemaTests: SchemaTests {
  @Test func `tables in another schema than new ones would be in are neither forgotten nor destroyed`() async throws {
    try await withSchema { connection in
      let migrator = Migrator(connection: connection, logger: .silent)
      _ = try await migrator.up()
      let schema = try await connection.query("schema", "select current_schema::text as name")[0].text("name")
      // As "$user", public does once somebody has created a schema for the user.
      try await connection.execute(script: "create schema \(schema)_own; set search_path to \(schema)_own, \(schema)")
      let error = MigrationError.otherSchema(found: schema, target: "\(schema)_own")
      await #expect(throws: error) { try await migrator.up() }
      await #expect(throws: error) { try await migrator.down { _ in true } }
      #expect(try await migrator.verify() == [])
    }
  }

  @Test func `another tool's table of the same name, further along the search path, is not ours`() async throws {
    try await withSchema { connection in
      let schema = try await connection.query("schema", "select current_schema::text as name")[0].text("name")
      try await connection.execute(
        script: """
          create table schema_migrations (version text);
          create schema \(schema)_own;
          set search_path to \(schema)_own, \(schema)
          """)
      let migrator = Migrator(connection: connection, logger: .silent)
      #expect(try await migrator.status().allSatisfy { $0.state == .pending })
      #expect(try await migrator.up() == Migrations.all)
      #expect(try await migrator.up() == [])
      #expect(try await migrator.verify() == [])
    }
  }
}
