import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// How commands change relationships. Tenant 1 of "boss": root 1, 2 ("a") below it, 3 ("b") below 2; group 21 of "ann".
/// Both "ann" and the group are editors of 2.
@Suite struct RelationshipChangesTests {
  private static let ann = Member.user(UserID(stored: "ann"))
  private static let boss = Member.user(UserID(stored: "boss"))

  private let store = InMemoryUnitOfWorkStore()
  private var batch: CommandBatch { CommandBatch(store: store, replicatesRelationships: true) }

  private static let founding = [
    TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "boss"),
    TenantCommand(1, .create(name: "a", parentID: .sample(1), id: .sample(2)), by: "boss"),
    TenantCommand(1, .create(name: "b", parentID: .sample(2), id: .sample(3))),
    TenantCommand(1, SetTenantMember(userID: UserID(stored: "ann"), role: .member)),
    TenantCommand(1, CreateGroup(name: "g", id: .sample(21)), by: "ann"),
    TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: ann, role: .editor)),
    TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .group(.sample(21)), role: .editor)),
  ]

  /// The changes of relationships that the commands, as one batch, make after ``founding``.
  private func changes(_ commands: [TenantCommand]) async throws -> [RelationshipCommit] {
    #expect(try await batch.run(Self.founding).outcomes.allSatisfy { $0.error == nil })
    let count = await store.relationshipCommits.count
    #expect(try await batch.run(commands).outcomes.allSatisfy { $0.error == nil })
    return Array(await store.relationshipCommits.dropFirst(count))
  }

  private func changes(_ command: any WorkspaceCommand, by user: String? = nil) async throws -> Set<RelationshipChange>
  {
    let commits = try await changes([TenantCommand(1, command, by: user)])
    #expect(commits.count <= 1 && commits.allSatisfy { $0.tenantID == .sample(1) })
    #expect(Set(commits.flatMap(\.changes)).count == commits.flatMap(\.changes).count)
    return Set(commits.flatMap(\.changes))
  }

  @Test func `a new tenant has its root, open to its members, and its admin`() async throws {
    _ = try await batch.run([Self.founding[0]])
    let commits = await store.relationshipCommits
    #expect(
      commits == [
        RelationshipCommit(
          tenantID: .sample(1),
          changes: [
            .added(.tenant(.sample(1), of: .workspace(.sample(1)))), .added(.creators(.sample(1), on: .sample(1))),
            .added(.root(.sample(1), of: .sample(1))), .added(.role(.admin, of: Self.boss, on: .tenant(.sample(1)))),
          ])
      ])
  }

  @Test func `members may not create below a root that is not open`() async throws {
    _ = try await CommandBatch(store: store, access: AccessRules(opensRoot: false), replicatesRelationships: true).run([
      Self.founding[0]
    ])
    let changes = await store.relationshipCommits.flatMap(\.changes)
    #expect(!changes.contains(.added(.creators(.sample(1), on: .sample(1)))))
  }

  @Test func `a workspace comes with its tenant, its parent and its creator`() async throws {
    #expect(
      try await changes(CreateWorkspace(name: "c", parentID: .sample(2), id: .sample(4)), by: "ann") == [
        .added(.tenant(.sample(1), of: .workspace(.sample(4)))), .added(.parent(.sample(2), of: .sample(4))),
        .added(.role(.admin, of: Self.ann, on: .workspace(.sample(4)))),
      ])
  }

  @Test func `a name is not a relationship`() async throws {
    #expect(try await changes([TenantCommand(1, .rename(id: .sample(2), name: "z"))]).isEmpty)
  }

  @Test func `a move changes only the parent`() async throws {
    #expect(
      try await changes(MoveWorkspace(id: .sample(3), parentID: .sample(1))) == [
        .removed(.parent(.sample(2), of: .sample(3))), .added(.parent(.sample(1), of: .sample(3))),
      ])
  }

  @Test func `a changed role is one removal and one addition, in this order`() async throws {
    let command = SetWorkspaceMember(id: .sample(2), member: Self.ann, role: .member)
    #expect(
      try await changes([TenantCommand(1, command)]) == [
        RelationshipCommit(
          tenantID: .sample(1),
          changes: [
            .removed(.role(.editor, of: Self.ann, on: .workspace(.sample(2)))),
            .added(.role(.member, of: Self.ann, on: .workspace(.sample(2)))),
          ])
      ])
  }

  @Test func `who leaves the tenant loses all roles`() async throws {
    #expect(
      try await changes(RemoveTenantMember(userID: UserID(stored: "ann"))) == [
        .removed(.role(.member, of: Self.ann, on: .tenant(.sample(1)))),
        .removed(.role(.editor, of: Self.ann, on: .workspace(.sample(2)))),
        .removed(.role(.admin, of: Self.ann, on: .group(.sample(21)))),
      ])
  }

  @Test func `a deleted group takes its members and its roles along`() async throws {
    #expect(
      try await changes(DeleteGroup(id: .sample(21))) == [
        .removed(.tenant(.sample(1), of: .group(.sample(21)))),
        .removed(.role(.admin, of: Self.ann, on: .group(.sample(21)))),
        .removed(.role(.editor, of: .group(.sample(21)), on: .workspace(.sample(2)))),
      ])
  }

  @Test func `changes undone within a batch are no changes`() async throws {
    let changes = try await changes([
      TenantCommand(1, MoveWorkspace(id: .sample(3), parentID: .sample(1))),
      TenantCommand(1, CreateGroup(name: "h", id: .sample(22))), TenantCommand(1, DeleteGroup(id: .sample(22))),
      TenantCommand(1, MoveWorkspace(id: .sample(3), parentID: .sample(2))),
    ])
    #expect(changes.isEmpty)
  }

  @Test func `what one tenant leaves is removed before another one takes the id`() {
    let role = Relationship.role(.admin, of: Self.ann, on: .workspace(.sample(5)))
    var differences = RelationshipDifferences()
    differences.change([role, .tenant(.sample(2), of: .workspace(.sample(5)))], to: [], in: .sample(2))
    differences.change([], to: [role, .tenant(.sample(1), of: .workspace(.sample(5)))], in: .sample(1))
    #expect(
      differences.commits == [
        RelationshipCommit(
          tenantID: .sample(2), changes: [.removed(.tenant(.sample(2), of: .workspace(.sample(5))))]),
        RelationshipCommit(
          tenantID: .sample(1), changes: [.added(role), .added(.tenant(.sample(1), of: .workspace(.sample(5))))]),
      ])
  }

  @Test func `tenants that swap their ids both let go first, and others are as always`() {
    var differences = RelationshipDifferences()
    func move(_ workspace: UInt64, from tenant: UInt64, to other: UInt64) {
      let resource = Resource.workspace(.sample(workspace))
      differences.change([.tenant(.sample(tenant), of: resource)], to: [], in: .sample(tenant))
      differences.change([], to: [.tenant(.sample(other), of: resource)], in: .sample(other))
    }
    move(5, from: 1, to: 3)
    move(6, from: 3, to: 1)
    let unmoved = Resource.workspace(.sample(7))
    differences.change([.tenant(.sample(9), of: unmoved)], to: [.tenant(.sample(2), of: unmoved)], in: .sample(2))
    // A change of a role of one of them is still one write.
    func role(_ role: Role) -> Relationship { .role(role, of: Self.ann, on: .group(.sample(21))) }
    differences.change([role(.admin)], to: [role(.member)], in: .sample(1))
    #expect(differences.commits.map(\.tenantID) == [1, 3, 1, 2, 3].map { .sample($0) })
    #expect(differences.commits.map(\.changes.count) == [1, 1, 3, 2, 1])
    #expect(
      differences.commits[2].changes.prefix(2) == [
        .removed(role(.admin)), .added(.tenant(.sample(1), of: .workspace(.sample(6)))),
      ])
  }

  @Test func `a commit too large for one write is split, removals first`() {
    let removals = (0..<1500).map { RelationshipChange.removed(.parent(.sample(1), of: .sample($0))) }
    let additions = (0..<700).map { RelationshipChange.added(.parent(.sample(2), of: .sample($0))) }
    let parts = RelationshipCommit(tenantID: .sample(1), changes: removals + additions).parts()
    #expect(parts.map(\.changes.count) == [1000, 1000, 200])
    #expect(parts.flatMap(\.changes) == removals + additions)
  }

  @Test(arguments: [true, false])
  func `whatever commands do, the changes lead to the relationships of the rows`(opensRoot: Bool) async throws {
    var source = CommandSource(seed: opensRoot ? 1 : 2)
    var (moves, removals) = (0, 0)
    for _ in 0..<60 {
      let store = InMemoryUnitOfWorkStore()
      let batch = CommandBatch(store: store, access: AccessRules(opensRoot: opensRoot), replicatesRelationships: true)
      _ = try await batch.run(source.founding(of: 1, count: 5))
      var halved = 0
      for _ in 0..<12 {
        let commands = (0..<Int.random(in: 1...12, using: &source.random)).map { _ in source.access(of: 1, count: 5) }
        _ = try await batch.runSplit(commands, halved: &halved)
      }
      var replica: Set<Relationship> = []
      for change in await store.relationshipCommits.flatMap(\.changes) {
        switch change {
        case .added(let relationship): #expect(replica.insert(relationship).inserted)
        case .removed(let relationship):
          #expect(replica.remove(relationship) != nil)
          removals += 1
          if case .parent = relationship { moves += 1 }
        }
      }
      #expect(await replica == store.relationships(opensRoot: opensRoot))
    }
    #expect(moves > 20 && removals > 100, "\(moves) \(removals)")
  }
}
