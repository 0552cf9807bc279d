import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Requests that exist only as queries. Tenant 1 of "boss": root 1, 2 ("a") and 5 ("d") below it, 3 ("b") below 2, 4
/// ("c") below 3. "member" is a member of 3, "grouped" is in a group that is a member of 2, "plain" is a member of the
/// tenant only. Tenant 2: root 9 ("z").
@Suite struct QueriesTests {
  private func prepared() async throws -> CommandBatch {
    let batch = CommandBatch()
    var commands = [
      TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "boss"),
      TenantCommand(1, .create(name: "a", parentID: .sample(1), id: .sample(2))),
      TenantCommand(1, .create(name: "b", parentID: .sample(2), id: .sample(3))),
      TenantCommand(1, .create(name: "c", parentID: .sample(3), id: .sample(4))),
      TenantCommand(1, .create(name: "d", parentID: .sample(1), id: .sample(5))),
      TenantCommand(2, .createRoot(name: "z", id: .sample(9)), by: "other"),
      TenantCommand(1, CreateGroup(name: "g", id: .sample(21))),
    ]
    for user in ["member", "grouped", "plain"] {
      commands.append(TenantCommand(1, SetTenantMember(userID: UserID(stored: user), role: .member)))
    }
    commands += [
      TenantCommand(1, SetWorkspaceMember(id: .sample(3), member: .user(UserID(stored: "member")), role: .member)),
      TenantCommand(1, SetGroupMember(id: .sample(21), userID: UserID(stored: "grouped"), role: .member)),
      TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .group(.sample(21)), role: .member)),
    ]
    let outcomes = try await batch.run(commands).outcomes
    #expect(outcomes.allSatisfy { $0.error == nil })
    return batch
  }

  private func answer(_ batch: CommandBatch, _ query: any WorkspaceQuery, by user: String?) async throws
    -> CommandResult
  {
    try await batch.run([TenantCommand(1, query, by: user)]).outcomes[0]
  }

  @Test(
    arguments: [
      (nil, [1, 2, 3]), ("boss", [1, 2, 3]), ("grouped", [2, 3]), ("member", [3]),
    ] as [(String?, [UInt64])])
  func `visible ancestors are shown from the root down`(user: String?, expected: [UInt64]) async throws {
    let found = try await answer(try await prepared(), ListAncestors(id: .sample(4)), by: user)
    #expect(found.pageIDs == expected.map { .sample($0) })
  }

  @Test(
    arguments: [
      ("plain", 4), ("outsider", 4), ("member", 2), (nil, 9), ("boss", 9), ("boss", 99),
    ] as [(String?, UInt64)])
  func `invisible, missing and other tenants' objects read alike`(user: String?, id: UInt64) async throws {
    let batch = try await prepared()
    for query in [ListAncestors(id: .sample(id)), ListChildren(id: .sample(id), limit: 9, after: nil)]
      as [any WorkspaceQuery]
    {
      #expect(try await answer(batch, query, by: user).error?.rejection?.code == .workspaceNotFound)
    }
  }

  @Test func `children come page by page, in the order of their ids`() async throws {
    let batch = try await prepared()
    guard
      case .success(.page(let first)) = try await answer(
        batch, ListChildren(id: .sample(1), limit: 1, after: nil), by: "boss")
    else { throw Missing() }
    #expect(first.workspaces.map(\.id) == [.sample(2)] && first.next == .sample(2))
    guard
      case .success(.page(let last)) = try await answer(
        batch, ListChildren(id: .sample(1), limit: 1, after: first.next), by: nil)
    else { throw Missing() }
    #expect(last.workspaces.map(\.id) == [.sample(5)] && last.next == nil)
    #expect(
      try await answer(batch, ListChildren(id: .sample(3), limit: 9, after: nil), by: "member").pageIDs == [.sample(4)])
    #expect(try await answer(batch, ListChildren(id: .sample(4), limit: 9, after: nil), by: "member").pageIDs == [])
  }

  @Test(
    arguments: [
      ("boss", "c", 4), (nil, " c ", 4), ("member", "c", 4), ("grouped", "a", 2), ("member", "a", nil),
      ("plain", "c", nil),
      ("outsider", "c", nil), ("boss", "z", nil), (nil, "none", nil),
    ] as [(String?, String, UInt64?)])
  func `a workspace is found by its name if it is visible`(user: String?, name: String, id: UInt64?) async throws {
    let found = try await answer(try await prepared(), FindWorkspace(name: name), by: user)
    #expect(found.workspace?.id == id.map { .sample($0) })
    if id == nil { #expect(found.error?.rejection?.code == .workspaceNotFound) }
  }

  @Test func `an impossible name is invalid`() async throws {
    #expect(
      try await answer(try await prepared(), FindWorkspace(name: " "), by: nil).error?.rejection?.code
        == .invalidWorkspaceName)
  }

  @Test func `queries of one batch don't interfere, and lock nothing`() async throws {
    let batch = try await prepared()
    let outcomes = try await batch.run([
      TenantCommand(1, ListAncestors(id: .sample(4)), by: "member"),
      TenantCommand(1, ListAncestors(id: .sample(4)), by: "grouped"),
      TenantCommand(1, FindWorkspace(name: "c"), by: "member"), TenantCommand(1, FindWorkspace(name: "c"), by: "plain"),
      TenantCommand(2, FindWorkspace(name: "z"), by: "other"),
      TenantCommand(1, ListAncestors(id: .sample(99)), by: "member"),
    ]).outcomes
    #expect(outcomes[0].pageIDs == [.sample(3)] && outcomes[1].pageIDs == [.sample(2), .sample(3)])
    #expect(outcomes[2].workspace?.id == .sample(4) && outcomes[3].error == .noWorkspaceOfThatName)
    #expect(outcomes[4].workspace?.id == .sample(9) && outcomes[5].error == .workspaceNotFound(.sample(99)))
  }

  private struct Missing: Error {}
}
