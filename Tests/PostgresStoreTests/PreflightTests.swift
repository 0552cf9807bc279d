import Migrations
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import WorkspaceDomain

@Suite(.serialized, .requiresPostgres, .emptyDatabase) struct PreflightTests {
  @Test func `duplicate names stop the migration, are listed, and nothing changes`() async throws {
    try await TestDatabase.current.withConnection(configure: { $0 = $0.forMigrations() }) { connection in
      let first = Migrator(connection: connection, migrations: [Migrations.all[0]], logger: .silent)
      let all = Migrator(connection: connection, logger: .silent)
      _ = try await first.up()
      let tenants = [TenantID.random(), .random()].sorted()
      try await connection.execute(script: Self.duplicates(tenants))

      let error = await #expect(throws: MigrationError.self) { try await all.up() }
      guard case .preflight(let findings) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(findings.migration == "V0002__unique_names_per_tenant")
      #expect(findings.total == 26)
      #expect(findings.columns == ["tenant", "name", "workspaces"])
      #expect(findings.rows.count == 20)
      #expect(findings.rows[0] == [tenants[0].description, "name 1", "3"])
      #expect(findings.description.contains("and 6 more"))
      #expect(try await all.status().filter { $0.state != .pending }.map(\.version) == [1])

      try await connection.execute(script: "update workspaces set name = id where parent_workspace_id is not null")
      #expect(try await all.up().map(\.version) == Array(2...Migrations.all.count))
    }
  }

  /// SQL that inserts workspaces: 25 names three times each in the first tenant, one of these names twice in the
  /// second.
  private static func duplicates(_ tenants: [TenantID]) -> String {
    var script = ""
    for tenant in tenants {
      let root = WorkspaceID.random()
      script += "insert into tenants (id) values ('\(tenant)');"
      script += insert(root, tenant, "Root", "null")
      for number in 1...(tenant == tenants[0] ? 25 : 1) {
        for _ in 1...(tenant == tenants[0] ? 3 : 2) {
          script += insert(.random(), tenant, "name \(number)", "'\(root)'")
        }
      }
    }
    return script
  }

  private static func insert(_ id: WorkspaceID, _ tenant: TenantID, _ name: String, _ parent: String) -> String {
    """
    insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
    values ('\(id)', '\(tenant)', '\(name)', \(parent), now(), now(), 1);
    """
  }
}
