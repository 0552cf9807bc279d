import PostgresClient
import PostgresStore
import TestSupport

/// A suite whose tests each have a schema of their own, selected by the search path.
protocol SchemaTests {}

extension SchemaTests {
  /// Runs `body` with a connection whose objects are in a new schema, or in the schema of another connection.
  func withSchema(
    of other: PostgresConnection? = nil, _ body: (PostgresConnection) async throws -> Void
  ) async throws {
    let schema = try await other?.currentSchema() ?? "s\(UInt64.random(in: 0 ... .max))"
    try await TestDatabase.current.withConnection(configure: {
      $0 = $0.forMigrations()
      $0.settings["search_path"] = schema
    }) { connection in
      try await connection.execute(script: "create schema if not exists \(schema)")
      try await body(connection)
    }
  }
}

extension PostgresConnection {
  fileprivate func currentSchema() async throws -> String {
    try await query("current_schema", "select current_schema::text as name")[0].text("name")
  }
}
