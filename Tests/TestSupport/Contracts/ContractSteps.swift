import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

// Short forms of what the cases of the contract do repeatedly.

extension UnitOfWorkStore {
  /// A whole unit of work that reads nothing.
  @discardableResult
  func write(_ fill: (inout WriteSet) -> Void) async throws(UnitOfWorkError) -> [OutboxID] {
    var writeSet = WriteSet()
    fill(&writeSet)
    _ = try await begin(ReadSet())
    return try await commit(writeSet)
  }

  /// A whole unit of work that writes nothing.
  func read(_ fill: (inout ReadSet) -> Void) async throws(UnitOfWorkError) -> Snapshot {
    var readSet = ReadSet()
    fill(&readSet)
    let snapshot = try await begin(readSet)
    try await rollback()
    return snapshot
  }

  func workspaces(_ ids: WorkspaceID...) async throws(UnitOfWorkError) -> [WorkspaceID: Workspace] {
    try await read { $0.tree.workspaces = Set(ids) }.workspaces
  }

  /// Writes what must be refused, and makes sure that nothing of it is left and the store still works.
  func expectConflict(
    _ constraint: WorkspaceConstraint?, sourceLocation: SourceLocation = #_sourceLocation,
    _ fill: (inout WriteSet) -> Void
  ) async throws {
    let witness = InboxEntry.sample(tenant: .random())
    await #expect(throws: UnitOfWorkError.conflict(constraint: constraint), sourceLocation: sourceLocation) {
      try await write {
        $0.inbox = [witness]
        fill(&$0)
      }
    }
    let inbox = try await read { $0.inbox = [InboxQuestion(witness)] }.inbox
    #expect(inbox.isEmpty, "the refused unit of work left something behind", sourceLocation: sourceLocation)
  }
}

/// A tenant with a root workspace, committed.
struct SampleTenant {
  let id = TenantID.random()
  let root: Workspace

  init(in store: any UnitOfWorkStore) async throws {
    let root = Workspace.sample(tenant: id, name: "Root")
    self.root = root
    let id = id
    try await store.write {
      $0.newTenants = [id: 1]
      $0.inserted = [root]
    }
  }

  /// Adds workspaces below the root, committed.
  func addChildren(_ names: String..., to store: any UnitOfWorkStore) async throws -> [Workspace] {
    let children = names.map { Workspace.sample(tenant: id, name: $0, parent: root.id) }
    try await store.write { $0.inserted = children }
    return children
  }

  /// Adds workspaces below the root, each below the previous one, committed.
  func addLine(of count: Int, to store: any UnitOfWorkStore) async throws -> [WorkspaceID] {
    var line: [Workspace] = []
    for number in 0..<count {
      line.append(.sample(tenant: id, name: "\(number)", parent: line.last?.id ?? root.id))
    }
    try await store.write { $0.inserted = line }
    return line.map(\.id)
  }
}

extension WriteSet {
  mutating func delete(_ workspaces: Workspace...) {
    deleted += workspaces.map { WriteSet.Versioned(id: $0.id, version: $0.version) }
  }

  mutating func move(_ workspace: Workspace, to parent: WorkspaceID) throws {
    var moved = workspace
    try moved.move(to: parent, at: Timestamp(milliseconds: 3))
    _ = moved.takeRecordedEvents()
    updated.append(WriteSet.Updated(moved, readVersion: workspace.version))
  }

  mutating func rename(_ workspace: Workspace, to name: String) {
    updated.append(WriteSet.Updated(workspace.renamed(name), readVersion: workspace.version))
  }
}
