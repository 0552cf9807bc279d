import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A batch's changes are seen by its later commands.
@Suite struct IdentityMapTests {
  private let batch = CommandBatch()

  private func id(_ number: UInt64) -> WorkspaceID { .sample(number) }

  /// Tenant 1: root 10 with the children 11 ("a") and 12 ("b"); 13 ("c") below 11. Tenant 2: root 20.
  private func prepare() async throws {
    _ = try await batch.run([
      TenantCommand(1, .createRoot(name: nil, id: id(10))),
      TenantCommand(1, .create(name: "a", parentID: id(10), id: id(11))),
      TenantCommand(1, .create(name: "b", parentID: id(10), id: id(12))),
      TenantCommand(1, .create(name: "c", parentID: id(11), id: id(13))),
      TenantCommand(2, .createRoot(name: nil, id: id(20))),
    ])
  }

  private func outcomes(_ commands: any WorkspaceCommand..., of tenant: UInt64 = 1) async throws -> [CommandResult] {
    try await batch.run(commands.map { TenantCommand(tenant, $0) }).outcomes
  }

  @Test func `a tree of a new tenant is created in one batch, parents before children`() async throws {
    let outcomes = try await outcomes(
      .get(id: id(1)), .createRoot(name: nil, id: id(1)), .createRoot(name: "again", id: nil),
      .create(name: "a", parentID: id(1), id: id(2)),
      .create(name: "b", parentID: id(2), id: id(3)), .get(id: id(3)), .list(limit: 9, after: nil))
    #expect(outcomes.map(\.error) == [.workspaceNotFound(id(1)), nil, .rootWorkspaceExists, nil, nil, nil, nil])
    #expect(outcomes[5].workspace?.parentID == id(2))
    #expect(outcomes[6].pageIDs == [id(1), id(2), id(3)])
    #expect(try await batch.workspaces(of: [1])[0].map(\.id) == [id(1), id(2), id(3)])
  }

  @Test func `a rename frees the old name and takes the new one, also back and forth`() async throws {
    try await prepare()
    let outcomes = try await outcomes(
      .rename(id: id(11), name: "x"), .create(name: "x", parentID: id(10), id: nil),
      .create(name: "a", parentID: id(10), id: id(14)),
      .rename(id: id(11), name: "a"), .rename(id: id(14), name: "y"), .rename(id: id(11), name: "a"), .get(id: id(11)))
    #expect(outcomes.map(\.error) == [nil, .duplicateWorkspaceName, nil, .duplicateWorkspaceName, nil, nil, nil])
    #expect(outcomes[6].workspace?.version == 3)
    #expect(try await batch.workspaces(of: [1])[0].map(\.name.text) == ["Root", "a", "b", "c", "y"])
  }

  @Test func `a deletion frees the name and the id`() async throws {
    try await prepare()
    let outcomes = try await outcomes(
      .create(name: "b", parentID: id(10), id: nil), .delete(id: id(12)), .get(id: id(12)), .delete(id: id(12)),
      .rename(id: id(12), name: "z"),
      .create(name: "z", parentID: id(12), id: nil), .create(name: "b", parentID: id(11), id: id(12)), .get(id: id(12)),
      .delete(id: id(11)))
    #expect(
      outcomes.map(\.error) == [
        .duplicateWorkspaceName, nil, .workspaceNotFound(id(12)), .workspaceNotFound(id(12)),
        .workspaceNotFound(id(12)),
        .parentWorkspaceNotFound(id(12)), nil, nil, .workspaceHasChildren,
      ])
    #expect(outcomes[7].workspace?.version == 1)
    #expect(outcomes[7].workspace?.parentID == id(11))
  }

  @Test(arguments: [false, true])
  func `children are deleted before their parent, which then has none`(parentTouchedFirst: Bool) async throws {
    try await prepare()
    if parentTouchedFirst { _ = try await outcomes(.rename(id: id(11), name: "renamed")) }
    let outcomes = try await outcomes(
      .delete(id: id(11)), .rename(id: id(11), name: "a2"), .create(name: "d", parentID: id(11), id: id(15)),
      .delete(id: id(13)), .delete(id: id(11)),
      .delete(id: id(15)), .delete(id: id(11)), .list(limit: 9, after: nil))
    #expect(outcomes.map(\.error) == [.workspaceHasChildren, nil, nil, nil, .workspaceHasChildren, nil, nil, nil])
    #expect(outcomes[7].pageIDs == [id(10), id(12)])
    #expect(try await batch.workspaces(of: [1])[0].map(\.id) == [id(10), id(12)])
  }

  @Test func `a workspace created and deleted in one batch leaves two events and no row`() async throws {
    try await prepare()
    let result = try await batch.run([
      TenantCommand(1, .create(name: "d", parentID: id(10), id: id(15))), TenantCommand(1, .delete(id: id(15))),
      TenantCommand(1, .create(name: "d", parentID: id(10), id: id(15))), TenantCommand(1, .delete(id: id(15))),
    ])
    #expect(result.outcomes.allSatisfy { $0.error == nil })
    #expect(result.events.count == 4)
    #expect(try await batch.workspaces(of: [1])[0].count == 4)
  }

  @Test func `an id that one tenant frees can be taken by another, and neither sees the other's`() async throws {
    try await prepare()
    let outcomes = try await batch.run([
      TenantCommand(2, .create(name: "n", parentID: id(20), id: id(12))), TenantCommand(1, .delete(id: id(12))),
      TenantCommand(2, .create(name: "n", parentID: id(20), id: id(12))), TenantCommand(1, .get(id: id(12))),
      TenantCommand(2, .get(id: id(12))),
      TenantCommand(1, .list(limit: 9, after: nil)), TenantCommand(2, .list(limit: 9, after: nil)),
      TenantCommand(1, .list(limit: 2, after: id(10))),
      TenantCommand(1, .create(name: "b", parentID: id(12), id: nil)),
    ]).outcomes
    #expect(
      outcomes.map(\.error) == [
        .duplicateWorkspaceID, nil, nil, .unauthorized(id(12)), nil, nil, nil, nil, .unauthorizedParent(id(12)),
      ])
    #expect(outcomes[5].pageIDs == [id(10), id(11), id(13)])
    #expect(outcomes[6].pageIDs == [id(12), id(20)])
    #expect(outcomes[7].pageIDs == [id(11), id(13)])
    #expect(
      try await batch.workspaces(of: [1, 2]).map { $0.map(\.id) } == [[id(10), id(11), id(13)], [id(12), id(20)]])
  }

  @Test(arguments: 1...4)
  func `a page stays full and in order when the batch removes from it and adds to it, at its edges too`(limit: Int)
    async throws
  {
    try await prepare()
    let outcomes = try await outcomes(
      .list(limit: limit, after: nil), .delete(id: id(13)), .list(limit: limit, after: nil), .delete(id: id(11)),
      .list(limit: limit, after: nil),
      .create(name: "d", parentID: id(10), id: id(11)), .create(name: "e", parentID: id(10), id: id(9)),
      .create(name: "f", parentID: id(10), id: id(99)),
      .list(limit: limit, after: nil), .list(limit: limit, after: id(9)), .list(limit: limit, after: id(12)))
    let expected: [[UInt64]] = [
      [10, 11, 12, 13], [10, 11, 12], [10, 12], [9, 10, 11, 12, 99], [10, 11, 12, 99], [99],
    ]
    #expect(outcomes.compactMap(\.pageIDs) == expected.map { $0.prefix(limit).map { id($0) } })
    for (outcome, all) in zip(outcomes.filter { $0.pageIDs != nil }, expected) {
      guard case .success(.page(let page)) = outcome else { continue }
      #expect(page.next == (all.count > limit ? id(all[limit - 1]) : nil))
    }
  }

  @Test func `a page shows a workspace as the batch has left it`() async throws {
    try await prepare()
    guard
      case .success(.page(let page)) = try await outcomes(
        .rename(id: id(11), name: "new"), .list(limit: 2, after: nil))[1]
    else {
      Issue.record("no page")
      return
    }
    #expect(page.workspaces.map(\.name.text) == ["Root", "new"])
    #expect(page.workspaces.map(\.version) == [1, 2])
  }

  @Test func `data outside the read set is an error, never missing`() {
    let map = workspaces(ReadSet(), Snapshot())
    expectNotLoaded { try map.workspace(id(1)) }
    expectNotLoaded { try map.workspace(named: WorkspaceName(stored: "n"), in: .sample(1)) }
    expectNotLoaded { try map.root(of: .sample(1)) }
    expectNotLoaded { try map.hasChildren(id(1)) }
    expectNotLoaded { try map.depth(of: id(1)) }
    expectNotLoaded { try map.isInside(id(1), of: id(2)) }
    expectNotLoaded { try map.fits(id(1), levels: 9) }
    expectNotLoaded { try map.workspaces(of: .sample(1), viewer: nil, after: nil, limit: 1) }
  }

  private func workspaces(_ readSet: ReadSet, _ snapshot: Snapshot) -> any WorkspaceRepository {
    WorkingSet(readSet: readSet, snapshot: snapshot, rules: AccessRules()).repositories.workspaces
  }

  private func expectNotLoaded(
    sourceLocation: SourceLocation = #_sourceLocation, _ read: () throws -> some Any
  ) {
    let error = #expect(throws: WorkspaceServiceError.self, sourceLocation: sourceLocation) { _ = try read() }
    guard case .repositoryFailed(.notLoaded) = error else {
      Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
      return
    }
  }

  @Test func `a page that was read too short is an error, a longer one from the same start contains it`() throws {
    var readSet = ReadSet()
    var snapshot = Snapshot()
    for limit in [3, 5, 4] {
      let page = PageKey(tenantID: .sample(1), after: id(9), limit: limit)
      readSet.tree.pages.insert(page)
      snapshot.pages[page] = []
    }
    let map = workspaces(readSet, snapshot)
    #expect(try map.workspaces(of: .sample(1), viewer: nil, after: id(9), limit: 5).isEmpty)
    expectNotLoaded { try map.workspaces(of: .sample(1), viewer: nil, after: id(9), limit: 6) }
    expectNotLoaded { try map.workspaces(of: .sample(1), viewer: nil, after: nil, limit: 1) }
    expectNotLoaded { try map.workspaces(of: .sample(2), viewer: nil, after: id(9), limit: 1) }
  }
}
