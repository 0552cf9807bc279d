import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@Suite struct InMemoryUnitOfWorkStoreTests {
  private let store = InMemoryUnitOfWorkStore()

  private func workspace(
    _ id: UInt64, of tenant: UInt64 = 1, _ name: String, below parent: UInt64? = 10, version: Int64 = 1
  ) -> Workspace {
    Workspace(
      id: .sample(id), tenantID: .sample(tenant), name: WorkspaceName(stored: name),
      parentID: parent.map { .sample($0) },
      createdAt: .sample, updatedAt: .sample, version: version)
  }

  private func commit(_ change: (inout WriteSet) -> Void) async throws(UnitOfWorkError) -> [OutboxID] {
    var writeSet = WriteSet()
    change(&writeSet)
    _ = try await store.begin(ReadSet())
    return try await store.commit(writeSet)
  }

  /// Commits tenant 1 with root 10 and the child 11 ("a"), tenant 2 with root 20, and the inbox entry "seen".
  private func prepare() async throws {
    _ = try await commit { writeSet in
      writeSet.newTenants = [.sample(1): 2, .sample(2): 1]
      writeSet.inserted = [
        workspace(10, "Root", below: nil), workspace(11, "a"), workspace(20, of: 2, "Root", below: nil),
      ]
      writeSet.inbox = [entry("seen")]
    }
  }

  private func entry(_ id: String) -> InboxEntry {
    InboxEntry(
      key: CommandKey(tenantID: .sample(1), source: "/test", id: id),
      fingerprint: RecordedFingerprint(rule: .withUser, digest: [1]),
      resultID: .sample(1), resultType: "t", result: [2],
      recordedAt: .sample)
  }

  private func conflict(_ change: (inout WriteSet) -> Void) async throws -> UnitOfWorkError? {
    do throws(UnitOfWorkError) {
      _ = try await commit(change)
      return nil
    } catch {
      return error
    }
  }

  @Test func `each violated constraint is named, and nothing of the write set remains`() async throws {
    try await prepare()
    let before = try await everything()
    let broken: [(WorkspaceConstraint?, (inout WriteSet) -> Void)] = [
      (.tenantName, { $0.inserted = [workspace(12, "a")] }),
      (.tenantName, { $0.updated = [.init(workspace(11, "Root", version: 2), readVersion: 1)] }),
      (.oneRootPerTenant, { $0.inserted = [workspace(12, "n", below: nil)] }),
      (.workspaceID, { $0.inserted = [workspace(20, "n")] }),
      (.parent, { $0.inserted = [workspace(12, "n", below: 99)] }),
      (.parent, { $0.inserted = [workspace(12, "n", below: 20)] }),
      (.parent, { $0.deleted = [.init(id: .sample(10), version: 1)] }),
      (.tenant, { $0.inserted = [workspace(12, of: 3, "n", below: nil)] }),
      (.tenantID, { $0.newTenants = [.sample(1): 1] }),
      (.inboxKey, { $0.inbox = [entry("new"), entry("seen")] }),
      (nil, { $0.deleted = [.init(id: .sample(11), version: 2)] }),
      (nil, { $0.deleted = [.init(id: .sample(99), version: 1)] }),
      (nil, { $0.updated = [.init(workspace(11, "n", version: 9), readVersion: 8)] }),
      (nil, { $0.updated = [.init(workspace(99, "n", version: 2), readVersion: 1)] }),
    ]
    for (index, (constraint, change)) in broken.enumerated() {
      let error = try await conflict { writeSet in
        change(&writeSet)
        writeSet.inbox.append(entry("unseen"))
        writeSet.sequences[.sample(1)] = 99
      }
      #expect(error == .conflict(constraint: constraint), "number \(index)")
      #expect(try await everything() == before, "number \(index)")
    }
  }

  private struct Everything: Equatable {
    let tenants: [TenantID: Int64]
    let workspaces: [WorkspaceID: Workspace]
    let inbox: Set<CommandKey>
  }

  private func everything() async throws -> Everything {
    var readSet = ReadSet()
    readSet.tenants = [.sample(1), .sample(2), .sample(3)]
    readSet.tree.pages = Set((1...3).map { PageKey(tenantID: .sample($0), after: nil, limit: 99) })
    readSet.inbox = Set(
      ["seen", "new", "unseen"].map { InboxQuestion(key: CommandKey(tenantID: .sample(1), source: "/test", id: $0)) })
    let snapshot = try await store.begin(readSet)
    try await store.rollback()
    return Everything(tenants: snapshot.tenants, workspaces: snapshot.workspaces, inbox: Set(snapshot.inbox.keys))
  }

  @Test
  func `deletions come before updates and updates before insertions, so that names and ids are free in time`()
    async throws
  {
    try await prepare()
    _ = try await commit { writeSet in
      writeSet.inserted = [workspace(11, of: 2, "x", below: 20), workspace(12, "Root")]
      writeSet.updated = [.init(workspace(10, "a", below: nil, version: 2), readVersion: 1)]
      writeSet.deleted = [.init(id: .sample(11), version: 1)]
    }
    #expect(try await everything().workspaces.values.map(\.name.text).sorted() == ["Root", "Root", "a", "x"])
  }

  @Test func `one transaction at a time, and a commit needs one`() async throws {
    await #expect(throws: UnitOfWorkError.failed(reason: "no transaction is open")) {
      try await store.commit(WriteSet())
    }
    _ = try await store.begin(ReadSet())
    await #expect(throws: UnitOfWorkError.failed(reason: "a transaction is open already")) {
      try await store.begin(ReadSet())
    }
    try await store.rollback()
    _ = try await store.begin(ReadSet())
    #expect(try await store.commit(WriteSet()).isEmpty)
  }

  @Test func `the outbox assigns places in order, pages by number and size, and removes confirmed entries`()
    async throws
  {
    func message(_ size: Int) -> OutgoingMessages {
      OutgoingMessages([
        AMQPMessage(
          exchange: "e", routingKey: "k", properties: MessageProperties(), body: Array(repeating: 0, count: size))
      ])
    }
    let first = try await commit { $0.outbox = [message(10), message(10), message(10)] }
    let second = try await commit { writeSet in
      writeSet.outbox = [message(500), message(1)]
      writeSet.confirmed = [first[1]]
    }
    #expect((first + second).sorted() == first + second)
    #expect(try await store.unpublished(limit: 99, bytes: 9999).map(\.id) == [first[0], first[2]] + second)
    #expect(try await store.unpublished(limit: 2, bytes: 9999).map(\.id) == [first[0], first[2]])
    #expect(try await store.unpublished(limit: 99, bytes: 5).map(\.id) == [first[0]], "at least one entry")
    #expect(
      try await store.unpublished(limit: 99, bytes: 2 * message(10).bytes).map(\.id) == [
        first[0], first[2], second[0],
      ], "up to the entry that exceeds the limit")
    try await store.remove([first[0], second[1], OutboxID(number: 999)])
    #expect(try await store.unpublished(limit: 99, bytes: 9999).map(\.id) == [first[2], second[0]])
  }

  @Test func `children are counted up to the limit, and a page ends at its limit`() async throws {
    try await prepare()
    _ = try await commit { $0.inserted = (30..<40).map { workspace($0, "n\($0)") } }
    var readSet = ReadSet()
    readSet.tree.childrenOf = [.sample(10), .sample(11)]
    readSet.tree.deletions = 2
    let page = PageKey(tenantID: .sample(1), after: .sample(11), limit: 2)
    readSet.tree.pages = [page]
    let snapshot = try await store.begin(readSet)
    #expect(snapshot.childCounts == [.sample(10): 3])
    #expect(snapshot.pages == [page: [.sample(30), .sample(31)]])
    #expect(Set(snapshot.workspaces.keys) == [.sample(30), .sample(31)])
  }
}
