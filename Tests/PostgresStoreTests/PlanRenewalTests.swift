import PostgresClient
import TestSupport
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@testable import PostgresStore

@Suite struct PlanRenewalTests {
  @Test func `plans are renewed whenever the tables may have doubled`() {
    var renewal = PlanRenewal()
    var due: [Int] = []
    for batch in 1...1000 where renewal.isDue(afterWriting: 100) { due.append(batch) }
    #expect(due == [3, 6, 12, 24, 48, 96, 192, 384, 768])
  }

  @Test func `writing nothing renews nothing`() {
    var renewal = PlanRenewal()
    #expect(!(0..<1000).contains { _ in renewal.isDue(afterWriting: 0) })
  }
}

@Suite(.requiresPostgres, .migratedDatabase) struct GrowingTablesTests {
  /// Counts the rows that scans read, because a plan that takes the wrong index, or the wrong side of a loop, is
  /// correct but slow.
  @Test
  func `a look-up, and a reference check in both directions, reads no more after tables have grown`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      let tenant = TenantID.random()
      // Sorts after all other names: a reference check that takes the wrong index reaches the parent last.
      let root = Workspace.sample(tenant: tenant, name: "z")
      try await Self.write(store, tenant, [root]) { $0.newTenants = [tenant: 1] }
      // From here on the planner assumes one row in each table.
      for table in ["tenants", "workspaces", "inbox"] {
        try await connection.execute(script: "vacuum analyze \(table)")
      }
      var leaf: Workspace?
      for round in 0..<20 {
        let workspaces = (0..<200).map { Workspace.sample(tenant: tenant, name: "w \(round) \($0)", parent: root.id) }
        try await Self.write(store, tenant, workspaces) {
          $0.sequences = [tenant: Int64(round) + 2]
          $0.deleted = leaf.map { [WriteSet.Versioned(id: $0.id, version: $0.version)] } ?? []
        }
        leaf = workspaces.last
      }
      var readSet = Self.readSet(tenant, names: (0..<100).map { "w 7 \($0)" })
      readSet.tree.childrenOf = [root.id]
      let snapshot = try await store.begin(readSet)
      #expect(snapshot.workspaces.count == 100)
      // 4,000 look-ups and checks of each kind read one row or none; with the wrong index they would read a hundred
      // times as many.
      let rows = try await Self.rowsRead(connection)
      #expect(rows < 20_000)
      try await store.rollback()
    }
  }

  private static func readSet(_ tenant: TenantID, names: [String]) -> ReadSet {
    var readSet = ReadSet()
    readSet.tenants = [tenant]
    readSet.tree.names = Set(names.map { TenantName(tenantID: tenant, name: WorkspaceName(stored: $0)) })
    readSet.inbox = Set(names.map { InboxQuestion(.sample(id: $0, tenant: tenant)) })
    return readSet
  }

  /// Reads what it writes, as a batch does, so that every statement is prepared while the tables are small.
  private static func write(
    _ store: PostgresUnitOfWorkStore, _ tenant: TenantID, _ workspaces: [Workspace], _ fill: (inout WriteSet) -> Void
  ) async throws {
    _ = try await store.begin(readSet(tenant, names: workspaces.map(\.name.text)))
    var writeSet = WriteSet()
    writeSet.inserted = workspaces
    writeSet.inbox = workspaces.map { .sample(id: $0.name.text, tenant: tenant) }
    fill(&writeSet)
    _ = try await store.commit(writeSet)
  }

  /// The number of rows read in the open transaction, and in earlier ones that are not in the server's statistics yet.
  private static func rowsRead(_ connection: PostgresConnection) async throws -> Int64 {
    try await connection.query(
      "rows_read",
      "select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::bigint as rows from pg_stat_xact_user_tables")[0].int8(
        "rows")
  }
}
