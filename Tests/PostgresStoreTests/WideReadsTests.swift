import PostgresClient
import TestFixtures
import TestSupport
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@testable import PostgresStore

/// What a batch reads grows with what it asks for, and with what it finds, not with the product of the two.
@Suite(.requiresPostgres, .migratedDatabase) struct WideReadsTests {
  private static let sizes = [40, 160]

  @Test func `a user's groups are not compared with each workspace on the way up`() async throws {
    let rows = try await Self.sizes.asyncMap { size in
      try await Self.rows(size) { _ in [TenantCommand(1, .get(id: Self.id(139)), by: "u1")] }
    }
    #expect(rows[1] < rows[0] * 6, "\(rows)")
  }

  @Test func `many users and many workspaces are not all compared because one workspace is moved`() async throws {
    let rows = try await Self.sizes.asyncMap { size in
      try await Self.rows(size) { count in
        (1...count).map { TenantCommand(1, .get(id: Self.id(1000 + $0)), by: "u\($0)") }
          + [TenantCommand(1, .move(id: Self.id(1001), parentID: Self.id(1002)), by: "u1")]
      }
    }
    #expect(rows[1] < rows[0] * 6, "\(rows)")
  }

  @Test func `commands of many kinds are read for in proportion to their number`() async throws {
    let rows = try await Self.sizes.asyncMap { size in
      try await Self.rows(size) { count in
        (1...count).flatMap { number in
          [
            TenantCommand(1, .create(name: "n\(number)", parentID: Self.id(1000 + number), id: nil), by: "u\(number)"),
            TenantCommand(1, .rename(id: Self.id(1000 + number), name: "r\(number)"), by: "u\(number)"),
            TenantCommand(1, SetTenantMember(userID: UserID(stored: "u\(number)"), role: .member)),
            TenantCommand(1, GetGroup(id: Self.id(2000 + number)), by: "u\(number)"),
            TenantCommand(
              1, SetWorkspaceMember(id: Self.id(1000 + number), member: .group(Self.id(2000 + number)), role: .editor)),
            TenantCommand(1, ListWorkspaceMembers(id: Self.id(1000 + number), limit: 5, after: nil)),
          ]
        }
      }
    }
    #expect(rows[1] < rows[0] * 6, "\(rows)")
  }

  /// Tenant 1 has a path of 40 workspaces, 100 to 139; below its end `size` others, from 1001 on; as many users; as many
  /// groups, from 2001 on, each with all of "u1" and one user, and each with a role on one of the path.
  ///
  /// - Returns: how many rows all steps of the statements' plans have passed on.
  private static func rows(_ size: Int, _ commands: (UInt64) -> [TenantCommand]) async throws -> Int {
    let readSet = CommandBatch().readSet(of: commands(UInt64(size)))
    return try await TestDatabase.current.withConnection(configure: { $0 = $0.forUnitsOfWork() }) { connection in
      try await connection.execute(script: script(size))
      var sum = 0
      for (number, query) in readSet.queries(queue: "/tests").enumerated() {
        let explanation = PostgresRequest(
          "explain_\(number)", "explain (analyze, costs off, timing off, summary off) \(query.request.query)")
        let plan = try await connection.pipeline([.begin, explanation, .rollback])[1]
        for row in plan { sum += rows(in: try row.text("QUERY PLAN")) }
      }
      return sum
    }
  }

  /// The id whose text is a number.
  private static func id<Kind>(_ number: UInt64) -> Identifier<Kind> {
    let digits = String(number)
    guard let ulid = ULID(String(repeating: "0", count: 26 - digits.count) + digits) else { preconditionFailure() }
    return Identifier(ulid)
  }

  /// The rows of one step, `(actual rows=… loops=…)`, in all its loops.
  private static func rows(in line: String) -> Int {
    guard let match = line.firstMatch(of: /\(actual rows=([0-9.]+) loops=(\d+)\)/) else { return 0 }
    return Int((Double(match.1) ?? 0) * (Double(match.2) ?? 0))
  }

  private static func script(_ size: Int) -> String {
    func id(_ number: String) -> String { "lpad((\(number))::text, 26, '0')" }
    let tenant = "'\(TenantID.sample(1))'"
    return """
      truncate tenants, workspaces, groups, tenant_members, group_members, workspace_members;
      insert into tenants (id) values (\(tenant));
      insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
      select \(id("i")), \(tenant), 'path ' || i, case i when 100 then null else \(id("i - 1")) end, now(), now(), 1
      from generate_series(100, 139) as i;
      insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
      select \(id("i")), \(tenant), 'leaf ' || i, \(id("139")), now(), now(), 1
      from generate_series(1001, 1000 + \(size)) as i;
      insert into tenant_members (tenant_id, user_id, role)
      select \(tenant), 'u' || i, 'member' from generate_series(1, \(size)) as i;
      insert into groups (id, tenant_id, name, created_at, updated_at, version)
      select \(id("i")), \(tenant), 'group ' || i, now(), now(), 1 from generate_series(2001, 2000 + \(size)) as i;
      insert into group_members (tenant_id, group_id, user_id, role)
      select \(tenant), \(id("2000 + i")), u, 'member'
      from generate_series(1, \(size)) as i, lateral (values ('u1'), ('u' || greatest(i, 2))) as users (u);
      insert into workspace_members (tenant_id, workspace_id, member_type, member_id, role)
      select \(tenant), \(id("100 + i % 40")), 'group', \(id("2000 + i")), 'member'
      from generate_series(1, \(size)) as i;
      analyze tenants, workspaces, groups, tenant_members, group_members, workspace_members;
      """
  }
}
