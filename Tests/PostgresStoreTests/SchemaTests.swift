import PostgresClient
import TestSupport
import Testing
import UnitOfWork
import WorkspaceApplication

@Suite(.requiresPostgres, .migratedDatabase) struct SchemaTests {
  @Test(arguments: WorkspaceConstraint.allCases)
  func `the constraints that errors are told by exist`(constraint: WorkspaceConstraint) async throws {
    try await TestDatabase.current.withConnection { connection in
      let name = constraint.rawValue
      let rows = try await connection.query(
        "find",
        """
        select (select count(*) from pg_constraint where conname = \(name))
          + (select count(*) from pg_indexes where indexname = \(name)) as count
        """)
      #expect(try rows[0].count() > 0)
    }
  }

  @Test(arguments: [
    "insert into tenants (id) values ('01arz3ndektsv4rrffq69g5fav')",
    "insert into tenants (id) values ('01ARZ3NDEKTSV4RRFFQ69G5FA')",
    "insert into tenants (id) values ('81ARZ3NDEKTSV4RRFFQ69G5FAV')",
    "insert into tenants (id, event_sequence) values ('01ARZ3NDEKTSV4RRFFQ69G5FAV', -1)",
    """
    insert into tenants (id) values ('01ARZ3NDEKTSV4RRFFQ69G5FAV');
    insert into workspaces (id, tenant_id, name, created_at, updated_at, version)
    values ('01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAV', '', now(), now(), 1)
    """,
  ])
  func `ids have one spelling, and values their bounds`(script: String) async throws {
    try await TestDatabase.current.withConnection { connection in
      let error = await #expect(throws: PostgresError.self) { try await connection.execute(script: script) }
      #expect(error?.sqlState == .checkViolation)
    }
  }
}
