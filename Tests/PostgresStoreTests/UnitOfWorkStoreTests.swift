import Messaging
import PostgresClient
import TestSupport
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@testable import PostgresStore

/// What PostgreSQL adds to the contract: round trips, locks that can be seen, and sessions that end.
@Suite(.requiresPostgres, .migratedDatabase) struct UnitOfWorkStoreTests {
  @Test func `a unit of work is two round trips, however much it reads and writes`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      _ = try await store.begin(Self.everything)
      #expect(try await store.commit(Self.fullWriteSet()).count == 2)
      #expect(await connection.statistics.roundTrips == 2)
    }
  }

  @Test(arguments: [1, 256]) func `a batch of creations is eleven statements, however many they are`(count: Int)
    async throws
  {
    try await TestDatabase.current.withStore { store, connection in
      let tenant = TenantID.random()
      let root = Workspace.sample(tenant: tenant, name: "Root")
      try await Self.commit(store) { writeSet in
        writeSet.newTenants = [tenant: 1]
        writeSet.inserted = [root]
      }
      let workspaces = (0..<count).map { Workspace.sample(tenant: tenant, name: "w \($0)", parent: root.id) }
      var readSet = ReadSet()
      readSet.tenants = [tenant]
      readSet.tree.workspaces = [root.id]
      readSet.tree.names = Set(workspaces.map { TenantName(tenantID: tenant, name: $0.name) })
      readSet.inbox = Set(workspaces.map { InboxQuestion(.sample(id: $0.id.description, tenant: tenant)) })
      var writeSet = WriteSet()
      writeSet.inserted = workspaces
      writeSet.inbox = workspaces.map { .sample(id: $0.id.description, tenant: tenant) }
      writeSet.sequences = [tenant: 2]
      writeSet.outbox = [OutgoingMessages(workspaces.flatMap { _ in OutgoingMessages.sample().messages })]
      writeSet.confirmed = [OutboxID(number: 1 << 60)]
      let before = await connection.statistics
      _ = try await store.begin(readSet)
      _ = try await store.commit(writeSet)
      let after = await connection.statistics
      #expect(after.roundTrips - before.roundTrips == 2)
      #expect(after.statements - before.statements == 11)
    }
  }

  @Test func `a conflict costs one more round trip, for the rollback`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      var writeSet = WriteSet()
      writeSet.sequences = [.random(): 1]
      _ = try await store.begin(ReadSet())
      await #expect(throws: UnitOfWorkError.conflict(constraint: nil)) { try await store.commit(writeSet) }
      #expect(await connection.statistics.roundTrips == 3)
      #expect(await connection.transactionStatus == .idle)
    }
  }

  @Test func `a second unit of work on a tenant waits for the first`() async throws {
    let database = try TestDatabase.current
    try await database.withStore { first, _ in
      let tenant = TenantID.random()
      try await Self.commit(first) { $0.newTenants = [tenant: 1] }
      var readSet = ReadSet()
      readSet.tenants = [tenant]
      _ = try await first.begin(readSet)
      try await database.withStore { second, connection in
        let processID = try await connection.processID()
        let waiting = Task { [readSet] in try await second.begin(readSet) }
        try await database.withConnection {
          try await SessionObserver(connection: $0).waitUntilBlocked(processID)
        }
        var writeSet = WriteSet()
        writeSet.sequences = [tenant: 5]
        _ = try await first.commit(writeSet)
        #expect(try await waiting.value.tenants == [tenant: 5])
        try await second.rollback()
      }
    }
  }

  @Test func `waiting too long for a lock is transient, and leaves the store usable`() async throws {
    let database = try TestDatabase.current
    try await database.withStore { first, _ in
      let tenant = TenantID.random()
      try await Self.commit(first) { $0.newTenants = [tenant: 1] }
      var readSet = ReadSet()
      readSet.tenants = [tenant]
      _ = try await first.begin(readSet)
      try await database.withStore(configure: { $0.lockTimeout = .milliseconds(20) }) { second, connection in
        await #expect(throws: UnitOfWorkError.transient(reason: "55P03 lock_not_available")) {
          try await second.begin(readSet)
        }
        #expect(await connection.transactionStatus == .idle)
        try await Self.commit(second) { $0.newTenants = [.random(): 1] }
      }
      try await first.rollback()
    }
  }

  @Test func `a session that ends inside a unit of work makes the store unavailable`() async throws {
    let database = try TestDatabase.current
    try await database.withStore { store, connection in
      let processID = try await connection.processID()
      _ = try await store.begin(ReadSet())
      try await database.withConnection { try await SessionObserver(connection: $0).terminate(processID) }
      let ended = UnitOfWorkError(await connection.waitUntilClosed())
      await #expect(throws: ended) { try await store.commit(WriteSet()) }
      await #expect(throws: ended) { try await store.begin(ReadSet()) }
      guard case .unavailable = ended else {
        Issue.record("\(ended)")
        return
      }
    }
  }

  @Test func `a unit of work in a cancelled task leaves no transaction open`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      let task = Task {
        _ = try await store.begin(ReadSet())
        withUnsafeCurrentTask { $0?.cancel() }
        return try await store.commit(WriteSet())
      }
      await #expect(throws: UnitOfWorkError.self) { try await task.value }
      #expect(await connection.isOpen == false)
    }
  }

  @Test func `calls out of order are refused`() async throws {
    try await TestDatabase.current.withStore { store, _ in
      let nothing = UnitOfWorkError.failed(reason: "no unit of work has begun")
      await #expect(throws: nothing) { try await store.commit(WriteSet()) }
      try await store.rollback()
      _ = try await store.begin(ReadSet())
      await #expect(throws: UnitOfWorkError.failed(reason: "a unit of work is already open")) {
        try await store.begin(ReadSet())
      }
      await #expect(throws: UnitOfWorkError.failed(reason: "a unit of work is open")) {
        try await store.unpublished(after: nil, limit: 1, bytes: 1)
      }
      _ = try await store.commit(WriteSet())
    }
  }

  @Test func `other database errors are failures`() async throws {
    try await TestDatabase.current.withStore { store, _ in
      await #expect(throws: UnitOfWorkError.failed(reason: "22021 character_not_in_repertoire")) {
        try await Self.commit(store) { $0.inbox = [.sample(id: "a\u{0}b", tenant: .random())] }
      }
      try await Self.commit(store) { _ in }
    }
  }

  private static var everything: ReadSet {
    var readSet = ReadSet()
    readSet.inbox = [InboxQuestion(.sample(id: "none", tenant: .random()))]
    readSet.tenants = [.random()]
    readSet.tree.workspaces = [.random()]
    readSet.tree.names = [TenantName(tenantID: .random(), name: WorkspaceName(stored: "none"))]
    readSet.tree.rootsOf = [.random()]
    readSet.tree.childrenOf = [.random()]
    readSet.tree.pages = [PageKey(tenantID: .random(), after: nil, limit: 100)]
    return readSet
  }

  private static func fullWriteSet() -> WriteSet {
    let tenant = TenantID.random()
    var writeSet = WriteSet()
    writeSet.newTenants = [tenant: 2]
    writeSet.inbox = [.sample(tenant: tenant)]
    writeSet.inserted = [.sample(tenant: tenant, name: "Root")]
    writeSet.sequences = [tenant: 3]
    writeSet.outbox = [.sample(), .sample()]
    writeSet.confirmed = [OutboxID(number: 1 << 60)]
    return writeSet
  }

  private static func commit(_ store: PostgresUnitOfWorkStore, _ fill: (inout WriteSet) -> Void) async throws {
    var writeSet = WriteSet()
    fill(&writeSet)
    _ = try await store.begin(ReadSet())
    _ = try await store.commit(writeSet)
  }
}
