import PostgresClient
import TestFixtures
import TestSupport
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Two connections decide about one tenant at the same time: each sees either all or none of the other's changes.
@Suite(.requiresPostgres, .migratedDatabase) struct AccessRacesTests {
  private func race(
    _ tenant: UInt64, preparing: [TenantCommand], _ one: [TenantCommand], _ other: [TenantCommand]
  ) async throws -> (one: [CommandResult], other: [CommandResult]) {
    let found = Watched<(one: [CommandResult], other: [CommandResult])>(([], []))
    try await TestDatabase.current.withStore { first, _ in
      try await TestDatabase.current.withStore { second, _ in
        let (left, right) = (CommandBatch(store: first), CommandBatch(store: second))
        #expect(try await left.run(preparing).outcomes.allSatisfy { $0.error == nil })
        async let started = left.run(one).outcomes
        async let raced = right.run(other).outcomes
        let outcomes = try await (one: started, other: raced)
        found.update { $0 = outcomes }
      }
    }
    return found.value
  }

  private func founding(_ tenant: UInt64) -> [TenantCommand] {
    [
      TenantCommand(tenant, .createRoot(name: nil, id: .sample(tenant)), by: "a"),
      TenantCommand(tenant, SetTenantMember(userID: UserID(stored: "b"), role: .admin), by: "a"),
      TenantCommand(tenant, SetTenantMember(userID: UserID(stored: "c"), role: .member), by: "a"),
      TenantCommand(tenant, .create(name: "x", parentID: .sample(tenant), id: .sample(tenant + 1))),
      TenantCommand(tenant, .create(name: "y", parentID: .sample(tenant + 1), id: .sample(tenant + 2))),
      TenantCommand(tenant, .create(name: "z", parentID: .sample(tenant), id: .sample(tenant + 3))),
      TenantCommand(tenant, CreateGroup(name: "g", id: .sample(tenant + 4))),
    ]
  }

  @Test func `two concurrent removals of the last two admins leave one`() async throws {
    for tenant in stride(from: 100 as UInt64, to: 200, by: 10) {
      let (one, other) = try await race(
        tenant, preparing: founding(tenant), [TenantCommand(tenant, RemoveTenantMember(userID: UserID(stored: "a")))],
        [TenantCommand(tenant, RemoveTenantMember(userID: UserID(stored: "b")))])
      #expect([[nil, .lastTenantAdmin], [.lastTenantAdmin, nil]].contains([one[0].error, other[0].error]))
    }
  }

  @Test func `a grant and its use on two connections are in one order or the other`() async throws {
    let user = Member.user(UserID(stored: "c"))
    for tenant in stride(from: 200 as UInt64, to: 300, by: 10) {
      let (grant, use) = try await race(
        tenant, preparing: founding(tenant),
        [TenantCommand(tenant, SetWorkspaceMember(id: .sample(tenant + 1), member: user, role: .editor), by: "a")],
        [
          TenantCommand(tenant, .create(name: "n", parentID: .sample(tenant + 2), id: .sample(tenant + 5)), by: "c"),
          TenantCommand(tenant, .get(id: .sample(tenant + 2)), by: "c"),
        ])
      #expect(grant[0].error == nil)
      #expect((use[0].error == nil) == (use[1].error == nil))
    }
  }

  @Test func `a move below a subtree whose grant ends does not outlive it`() async throws {
    let user = Member.user(UserID(stored: "c"))
    for tenant in stride(from: 300 as UInt64, to: 400, by: 10) {
      let granting = [
        TenantCommand(tenant, SetWorkspaceMember(id: .sample(tenant + 1), member: user, role: .admin)),
        TenantCommand(tenant, SetWorkspaceMember(id: .sample(tenant + 3), member: user, role: .admin)),
      ]
      let (revoked, moved) = try await race(
        tenant, preparing: founding(tenant) + granting,
        [TenantCommand(tenant, RemoveWorkspaceMember(id: .sample(tenant + 1), member: user), by: "a")],
        [TenantCommand(tenant, .move(id: .sample(tenant + 3), parentID: .sample(tenant + 2)), by: "c")])
      #expect(revoked[0].error == nil)
      #expect([nil, .parentWorkspaceNotFound(.sample(tenant + 2))].contains(moved[0].error))
    }
  }

  @Test func `a group that is deleted while it is used leaves no role behind`() async throws {
    for tenant in stride(from: 400 as UInt64, to: 500, by: 10) {
      let group = GroupID.sample(tenant + 4)
      let (deleted, used) = try await race(
        tenant, preparing: founding(tenant), [TenantCommand(tenant, DeleteGroup(id: group), by: "a")],
        [
          TenantCommand(
            tenant, SetWorkspaceMember(id: .sample(tenant + 1), member: .group(group), role: .editor), by: "b"),
          TenantCommand(tenant, SetGroupMember(id: group, userID: UserID(stored: "c"), role: .member), by: "b"),
        ])
      #expect(deleted[0].error == nil)
      #expect([[nil, nil], [.memberNotInTenant, .groupNotFound(group)]].contains(used.map(\.error)))
      try await TestDatabase.current.withConnection { connection in
        let rows = try await connection.query(
          "left", "select count(*) from workspace_members where group_id = \(group)")
        #expect(try rows[0].count() == 0)
      }
    }
  }
}
