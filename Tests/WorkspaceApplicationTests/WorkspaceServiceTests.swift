import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Commands that succeed, and what they change.
@Suite struct WorkspaceServiceTests {
  private func name(_ text: String) -> WorkspaceName { WorkspaceName(stored: text) }

  @Test(
    arguments: [
      (nil, "Main"), ("Explicit", "Explicit"), ("  Explicit ", "Explicit"),
    ] as [(String?, String)])
  func `a root gets the explicit name, trimmed, else the default one`(given: String?, expected: String) throws {
    let command: any WorkspaceCommand = .createRoot(name: given, id: nil)
    let fixture = ServiceFixture(tenant: 3, [command])
    let root = try fixture.service.createRoot(name: given, id: nil)
    #expect(root.name == name(expected))
    #expect(root.isRoot)
    #expect(root.id == .sample(1001))
    #expect(root.tenantID == .sample(3))
    #expect(root.version == 1)
    #expect(fixture.changes.inserted.map(\.id) == [root.id])
    let founder = MembershipEvent(
      tenantID: .sample(3), object: .tenant(.sample(3)), member: .user(UserID(stored: "alice")),
      change: .set(role: .admin, old: nil), occurredAt: ServiceFixture.now)
    #expect(fixture.takeEvents() == root.recordedEvents.map { .workspace($0) } + [.membership(founder)])
  }

  @Test func `an invalid default name is rejected like any other`() {
    let command: any WorkspaceCommand = .createRoot(name: nil, id: nil)
    let fixture = ServiceFixture(tenant: 3, [command], rules: WorkspaceRules(defaultRootName: " "))
    #expect(fixture.run(command) == .failure(.invalidWorkspaceName(.empty)))
  }

  @Test(arguments: [nil, WorkspaceID.sample(77)])
  func `a child is created below its parent, with the caller's id or a new one`(id: WorkspaceID?) throws {
    let fixture = ServiceFixture([.create(name: "new", parentID: .sample(13), id: id)])
    let workspace = try fixture.service.create(name: " new ", parentID: .sample(13), id: id)
    #expect(workspace.id == id ?? .sample(1001))
    #expect(workspace.parentID == .sample(13))
    #expect(workspace.createdAt == ServiceFixture.now)
    #expect(
      fixture.takeChanges() == [
        .created(name: name("new"), founder: Founder(userID: UserID(stored: "alice"), role: .admin))
      ])
  }

  @Test(arguments: ["A", "Main", "a\u{301}"])
  func `a name of another tenant is free, and so is one that differs in bytes`(text: String) throws {
    let fixture = ServiceFixture(tenant: 2, [.create(name: text, parentID: .sample(20), id: nil)])
    #expect(try fixture.service.create(name: text, parentID: .sample(20), id: nil).name == name(text))
    let other = ServiceFixture(tenant: 2, [.create(name: "b", parentID: .sample(20), id: nil)])
    #expect(try other.service.create(name: "b", parentID: .sample(20), id: nil).name == name("b"))
  }

  @Test func `a rename raises the version and reports the old name`() throws {
    let fixture = ServiceFixture([.rename(id: .sample(12), name: "new")])
    let workspace = try fixture.service.rename(.sample(12), to: "new")
    #expect(workspace.version == 4)
    #expect(workspace.updatedAt == ServiceFixture.now)
    #expect(fixture.changes.updated.map(\.readVersion) == [3])
    #expect(fixture.takeChanges() == [.renamed(oldName: name("b"), name: name("new"))])
  }

  @Test(arguments: ["b", " b\t"])
  func `a rename to the current name succeeds, changes nothing and emits nothing`(text: String) throws {
    let command: any WorkspaceCommand = .rename(id: .sample(12), name: text)
    let fixture = ServiceFixture([command])
    #expect(try fixture.service.rename(.sample(12), to: text) == ServiceFixture.workspaces[2])
    #expect(fixture.changes == WriteSet())
    #expect(fixture.takeEvents().isEmpty)
    #expect(fixture.commit().filter { !$0.isDecision }.isEmpty)
  }

  @Test func `a workspace moves with its subtree, and reports the old parent`() throws {
    let fixture = ServiceFixture([.move(id: .sample(11), parentID: .sample(12)), .get(id: .sample(13))])
    let moved = try fixture.service.move(.sample(11), to: .sample(12))
    #expect(moved.parentID == .sample(12) && moved.version == 4 && moved.updatedAt == ServiceFixture.now)
    #expect(fixture.takeChanges() == [.moved(oldParentID: .sample(10), parentID: .sample(12))])
    #expect(try fixture.repository.depth(of: .sample(11)) == 3)
    #expect(try fixture.repository.isInside(.sample(13), of: .sample(12)))
    #expect(fixture.changes.updated.map(\.aggregate.parentID) == [.sample(12)])
    #expect(
      fixture.commit().filter { !$0.isDecision } == [
        .moved(.sample(11), from: .sample(10), to: .sample(12), version: 4)
      ])
  }

  @Test func `a move to the current parent succeeds, changes nothing and emits nothing, however deep the tree is`()
    throws
  {
    let rules = WorkspaceRules(treeDepth: 1)
    let fixture = ServiceFixture([.move(id: .sample(13), parentID: .sample(11))], rules: rules)
    #expect(try fixture.service.move(.sample(13), to: .sample(11)) == ServiceFixture.workspaces[3])
    #expect(fixture.changes == WriteSet())
    #expect(fixture.takeEvents().isEmpty)
    #expect(fixture.commit().filter { !$0.isDecision }.isEmpty)
  }

  @Test func `a tree grows to its depth limit and no deeper, by creating and by moving`() throws {
    let rules = WorkspaceRules(treeDepth: 3)
    let commands: [any WorkspaceCommand] = [
      .create(name: "d", parentID: .sample(13), id: nil), .create(name: "e", parentID: .sample(12), id: nil),
      .move(id: .sample(11), parentID: .sample(12)), .move(id: .sample(12), parentID: .sample(11)),
      .move(id: .sample(12), parentID: .sample(13)),
    ]
    for (index, command) in commands.enumerated() {
      let fixture = ServiceFixture(commands, rules: rules)
      switch fixture.run(command) {
      case .success: #expect([1, 3].contains(index), "\(command)")
      case .failure(let error):
        #expect(error == .workspaceTreeTooDeep(3))
        #expect(fixture.changes == WriteSet())
      }
    }
  }

  @Test func `two moves that would form a cycle together end with one of them rejected`() throws {
    let moves: [any WorkspaceCommand] = [
      .move(id: .sample(11), parentID: .sample(12)), .move(id: .sample(12), parentID: .sample(11)),
    ]
    for moves in [moves, moves.reversed()] {
      let fixture = ServiceFixture(moves)
      #expect(throws: Never.self) { try fixture.run(moves[0]).get() }
      #expect(throws: WorkspaceServiceError.workspaceInsideItself) { try fixture.run(moves[1]).get() }
    }
  }

  @Test func `a leaf can be deleted, a root renamed`() throws {
    let fixture = ServiceFixture([.delete(id: .sample(13)), .rename(id: .sample(10), name: "Top")])
    #expect(try fixture.service.delete(.sample(13)) == .sample(13))
    #expect(try fixture.service.rename(.sample(10), to: "Top").isRoot)
    #expect(fixture.changes.deleted == [.init(id: .sample(13), version: 3)])
    #expect(
      fixture.takeChanges() == [
        .deleted(name: name("c")), .renamed(oldName: name("Root"), name: name("Top")),
      ])
  }

  @Test func `a workspace is returned as it is stored`() throws {
    let fixture = ServiceFixture([.get(id: .sample(11))])
    #expect(try fixture.service.get(.sample(11)) == ServiceFixture.workspaces[1])
    #expect(fixture.changes == WriteSet())
  }

  @Test(
    arguments: [
      (1, nil, [10], 10), (2, nil, [10, 11], 11), (3, nil, [10, 11, 12], 12), (4, nil, [10, 11, 12, 13], nil),
      (5, nil, [10, 11, 12, 13], nil), (500, nil, [10, 11, 12, 13], nil), (1, 12, [13], nil), (1, 11, [12], 12),
      (2, 11, [12, 13], nil), (9, 13, [], nil), (9, 9999, [], nil), (2, 0, [10, 11], 11), (2, 21, [], nil),
    ] as [(Int, UInt64?, [UInt64], UInt64?)])
  func `a page has at most the requested number, and the cursor of the next page if there is one`(
    limit: Int, after: UInt64?, ids: [UInt64], next: UInt64?
  ) throws {
    let after = after.map { WorkspaceID.sample($0) }
    let fixture = ServiceFixture([.list(limit: limit, after: after)])
    let page = try fixture.service.list(limit: limit, after: after)
    #expect(page.workspaces.map(\.id) == ids.map { .sample($0) })
    #expect(page.next == next.map { .sample($0) })
    #expect(fixture.commit().filter { !$0.isDecision } == [.listed(count: ids.count)])
  }

  @Test(arguments: 1...5)
  func `following the pages lists every workspace once, whatever the page size`(limit: Int) throws {
    var after: WorkspaceID?
    var found: [WorkspaceID] = []
    repeat {
      let page = try ServiceFixture([.list(limit: limit, after: after)]).service.list(limit: limit, after: after)
      found += page.workspaces.map(\.id)
      after = page.next
    } while after != nil
    #expect(found == [.sample(10), .sample(11), .sample(12), .sample(13)])
  }

  @Test func `the list of an unknown tenant is empty, and no list shows another tenant`() throws {
    #expect(
      try ServiceFixture(tenant: 3, [.list(limit: 9, after: nil)]).service.list(limit: 9, after: nil).workspaces.isEmpty
    )
    let page = try ServiceFixture(tenant: 2, [.list(limit: 9, after: .sample(11))]).service.list(
      limit: 9, after: .sample(11))
    #expect(page.workspaces.map(\.id) == [.sample(20), .sample(21)])
  }

  @Test func `data that was not loaded is a failure, not an answer`() {
    let fixture = ServiceFixture([])
    for command in [.get(id: .sample(99)), .list(limit: 1, after: nil), .createRoot(name: "n", id: nil)]
      as [any WorkspaceCommand]
    {
      guard case .failure(let error) = fixture.run(command), case .repositoryFailed = error else {
        Issue.record("\(command) was answered")
        continue
      }
      #expect(error.rejection == nil)
    }
  }

  @Test func `if no id is left the command fails and changes nothing`() {
    let command: any WorkspaceCommand = .create(name: "new", parentID: .sample(10), id: nil)
    let fixture = ServiceFixture([command], identifiers: CountingIdentifiers(limit: 0))
    #expect(fixture.run(command) == .failure(.identifiersExhausted))
    #expect(fixture.changes == WriteSet())
  }
}
