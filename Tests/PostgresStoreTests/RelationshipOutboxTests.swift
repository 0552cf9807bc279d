import PostgresClient
import TestFixtures
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

@testable import PostgresStore

@Suite struct RelationshipLinesTests {
  private static let user = Member.user(UserID(stored: "a b|ü"))

  @Test(
    arguments: [
      .role(.editor, of: user, on: .workspace(.sample(1))),
      .role(.member, of: .group(.sample(2)), on: .workspace(.sample(1))),
      .role(.admin, of: user, on: .tenant(.sample(1))), .role(.member, of: user, on: .group(.sample(1))),
      .tenant(.sample(1), of: .workspace(.sample(2))), .tenant(.sample(1), of: .group(.sample(2))),
      .parent(.sample(1), of: .sample(2)), .root(.sample(1), of: .sample(2)), .creators(.sample(1), on: .sample(2)),
    ] as [Relationship])
  func `every change can be read back from its line`(relationship: Relationship) throws {
    let changes: [RelationshipChange] = [.removed(relationship), .added(relationship)]
    #expect(try RelationshipLines.changes(RelationshipLines.text(changes)) == changes)
  }

  /// A line that can't be read would hold up the relationships of all tenants.
  @Test(arguments: ["\u{301}x", "a\u{2028}b\u{2029}c", "\u{200D}", " ", "+ role", "👨‍👩‍👧", "\u{FEFF}"])
  func `changes for any user id can be read back from their lines`(id: String) throws {
    let user = try #require(UserID(id))
    let changes: [RelationshipChange] = [
      .removed(.role(.member, of: .user(user), on: .group(.sample(1)))),
      .added(.role(.admin, of: .user(user), on: .group(.sample(1)))),
    ]
    #expect(try RelationshipLines.changes(RelationshipLines.text(changes)) == changes)
  }

  @Test(arguments: ["?\tparent\t\(ULID.sample(1))\t\(ULID.sample(2))", "+\tparent\t1\t2", "+\trole\tadmin", "x"])
  func `anything else is an error`(line: String) {
    #expect(throws: PostgresError.self) { try RelationshipLines.changes(line) }
  }
}

/// The outbox of relationships, from the unit of work that fills it to the mark that empties it.
@Suite(.serialized, .requiresPostgres, .migratedDatabase) struct RelationshipOutboxTests {
  private static func commit(_ tenant: TenantID, _ numbers: ClosedRange<UInt64>) -> RelationshipCommit {
    RelationshipCommit(tenantID: tenant, changes: numbers.map { .added(.parent(.sample(1), of: .sample($0))) })
  }

  /// Runs a unit of work that writes `commits` and nothing else.
  private func write(_ commits: [RelationshipCommit], to store: PostgresUnitOfWorkStore) async throws {
    var writeSet = WriteSet()
    writeSet.relationships = commits
    _ = try await store.begin(ReadSet())
    _ = try await store.commit(writeSet)
  }

  private func withOutbox(_ body: (PostgresUnitOfWorkStore, PostgresRelationshipOutbox) async throws -> Void)
    async throws
  {
    let database = try TestDatabase.current
    try await empty(database)
    try await database.withStore { store, _ async throws in
      try await database.withConnection(configure: { $0 = $0.forReplication() }) { connection async throws in
        try await body(store, PostgresRelationshipOutbox(on: connection))
      }
    }
  }

  /// Provides another outbox, on a connection of its own.
  private func withAnother(_ body: (PostgresRelationshipOutbox) async throws -> Void) async throws {
    try await TestDatabase.current.withConnection(configure: { $0 = $0.forReplication() }) { connection async throws in
      try await body(PostgresRelationshipOutbox(on: connection))
    }
  }

  private func empty(_ database: TestDatabase) async throws {
    try await database.withConnection {
      try await $0.execute(
        script: "truncate relationship_changes, relationship_tokens, lease_holders restart identity")
    }
  }

  @Test func `commits come back in order, a large one in parts`() async throws {
    try await withOutbox { store, outbox async throws in
      let (one, other) = (TenantID.random(), TenantID.random())
      try await write([Self.commit(one, 1...2500), Self.commit(other, 1...2)], to: store)
      try await write([Self.commit(one, 3...3)], to: store)
      let entries = try #require(try await outbox.oldest(except: [], limit: 100, bytes: 1 << 30)).entries
      #expect(entries.map(\.commit.changes.count) == [1000, 1000, 500, 2, 1])
      #expect(entries.map(\.tenantID) == [one, one, one, other, one])
      #expect(entries.map(\.id) == entries.map(\.id).sorted())
      #expect(try await outbox.oldest(except: [one], limit: 100, bytes: 1 << 30)?.entries.map(\.tenantID) == [other])
      #expect(try await outbox.oldest(except: [], limit: 2, bytes: 1 << 30)?.entries.count == 2)
      #expect(
        try await outbox.oldest(except: [], limit: 100, bytes: 1)?.entries.count == 1,
        "the first change, whatever its size")
    }
  }

  @Test func `applied changes are gone, and the tenant has the last token`() async throws {
    try await withOutbox { store, outbox async throws in
      let tenant = TenantID.random()
      try await write([Self.commit(tenant, 1...1), Self.commit(.random(), 2...2)], to: store)
      let ids = try #require(try await outbox.oldest(except: [], limit: 100, bytes: 1 << 30)).entries.map(\.id)
      for (id, token) in zip(ids, ["a", "b"]) {
        try await outbox.markApplied([id], [ReplicationMark(tenantID: tenant, id: id, token: token)])
      }
      #expect(try await outbox.oldest(except: [], limit: 100, bytes: 1 << 30)?.entries == [])
      try await TestDatabase.current.withConnection { connection async throws in
        let rows = try await connection.query("tokens", "select tenant_id, token, applied_id from relationship_tokens")
        #expect(rows.count == 1)
        #expect(try rows[0].text("tenant_id") == tenant.description && rows[0].text("token") == "b")
        #expect(try rows[0].int8("applied_id") == ids[1])
      }
    }
  }

  @Test func `a row that can't be read holds up its tenant alone, and is named`() async throws {
    try await withOutbox { store, outbox async throws in
      let (one, other) = (TenantID.random(), TenantID.random())
      try await write([Self.commit(one, 1...1), Self.commit(other, 2...2)], to: store)
      try await TestDatabase.current.withConnection { connection async throws in
        _ = try await connection.query(
          "damage",
          "insert into relationship_changes (tenant_id, change_count, changes) values (\(one), 1, 'from the future')")
      }
      try await write([Self.commit(one, 3...3), Self.commit(other, 4...4)], to: store)
      let page = try #require(try await outbox.oldest(except: [], limit: 100, bytes: 1 << 30))
      #expect(
        page.entries.map(\.commit) == [Self.commit(one, 1...1), Self.commit(other, 2...2), Self.commit(other, 4...4)])
      #expect(page.unreadable.keys.sorted() == [one])
      #expect(page.unreadable[one]?.contains("row 3 of relationship_changes") == true, "\(page.unreadable)")
      let others = try #require(try await outbox.oldest(except: [one], limit: 100, bytes: 1 << 30))
      #expect(others.entries.map(\.tenantID) == [other, other] && others.unreadable.isEmpty)
    }
  }

  @Test func `whoever writes next learns whether the last writes have all ended`() async throws {
    try await withOutbox { _, first async throws in
      #expect(try await first.beginWriting(), "nobody has ever written")
      try await withAnother { second async throws in
        #expect(try await !second.beginWriting())
        try await first.endWriting()
        try await withAnother { third async throws in
          #expect(try await !third.beginWriting(), "the second has not ended")
        }
      }
      try await withAnother { repair async throws in
        #expect(try await !repair.beginWriting())
        try await repair.moveTokens(to: "later")
      }
      try await withAnother { last async throws in
        #expect(try await last.beginWriting())
        try await last.endWriting()
      }
      try await withAnother { next async throws in #expect(try await next.beginWriting()) }
    }
  }

  @Test func `writes of an earlier version, which left no record, may not have ended`() async throws {
    try await withOutbox { _, outbox async throws in
      try await outbox.markApplied([], [ReplicationMark(tenantID: .random(), id: 1, token: "t")])
      #expect(try await !outbox.beginWriting())
    }
  }

  @Test func `the end of the session is noticed at once, and a cancelled watch leaves it open`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { watcher async throws in
      let connection = try await database.connect { $0 = $0.forReplication() }
      let outbox = PostgresRelationshipOutbox(on: connection)
      #expect(try await outbox.takeTurn())
      let cancelled = Task { await outbox.waitUntilLost() }
      cancelled.cancel()
      _ = await cancelled.value
      let lost = Task { await outbox.waitUntilLost() }
      try await SessionObserver(connection: watcher).terminate(connection.processID())
      let error = await lost.value as? PostgresError
      #expect(error?.sqlState == .adminShutdown)
      await #expect(throws: UnitOfWorkError.self) { try await outbox.endWriting() }
    }
  }

  @Test func `one connection at a time has the turn`() async throws {
    let database = try TestDatabase.current
    try await withOutbox { _, first async throws in
      #expect(try await first.takeTurn())
      try await database.withConnection(configure: { $0 = $0.forReplication() }) { connection async throws in
        #expect(try await !PostgresRelationshipOutbox(on: connection).takeTurn())
      }
    }
    try await database.withConnection(configure: { $0 = $0.forReplication() }) { connection async throws in
      #expect(try await PostgresRelationshipOutbox(on: connection).takeTurn())
    }
  }

  @Test func `a connection with precedence takes the turn from the current holder, and nobody gets it in between`()
    async throws
  {
    let database = try TestDatabase.current
    try await withOutbox { _, replicator async throws in
      #expect(try await replicator.takeTurn())
      try await database.withConnection(configure: { $0 = $0.forReplication() }) { connection async throws in
        let repair = PostgresRelationshipOutbox(on: connection)
        #expect(try await !repair.takePrecedence(patience: .zero), "not before the other releases the turn")
        #expect(try await replicator.oldest(except: [], limit: 1, bytes: 1) == nil)
      }
    }
    try await withAnother { repair async throws in
      try await Patience.poll(for: "the turn is taken once its holder is gone") {
        try await repair.takePrecedence(patience: .seconds(3600), settling: .zero)
      }
    }
  }

  @Test func `a reset identity column does not affect the order`() async throws {
    try await withOutbox { store, outbox async throws in
      let tenant = TenantID.random()
      try await write([Self.commit(tenant, 1...1)], to: store)
      try await TestDatabase.current.withConnection {
        try await $0.execute(script: "alter table relationship_changes alter column id restart with 1")
      }
      await #expect(throws: UnitOfWorkError.self) { try await write([Self.commit(tenant, 2...2)], to: store) }
      try await write([Self.commit(tenant, 2...2)], to: store)
      let entries = try #require(try await outbox.oldest(except: [], limit: 100, bytes: 1 << 30)).entries
      #expect(entries.map(\.commit) == [Self.commit(tenant, 1...1), Self.commit(tenant, 2...2)])
    }
  }

  @Test func `relationship changes add one statement to a unit of work, and no round trip`() async throws {
    try await empty(TestDatabase.current)
    try await TestDatabase.current.withStore { store, connection async throws in
      try await write([], to: store)
      let before = await connection.statistics
      try await write([], to: store)
      let between = await connection.statistics
      try await write([Self.commit(.random(), 1...5), Self.commit(.random(), 6...9)], to: store)
      let after = await connection.statistics
      #expect(after.statements - between.statements == between.statements - before.statements + 1)
      #expect(after.roundTrips - between.roundTrips == 2)
    }
  }

  @Test func `a tenant's state is reported, even if unknown: pending changes, last token and sequence`() async throws {
    try await withOutbox { store, outbox async throws in
      let (one, other) = (TenantID.random(), TenantID.random())
      #expect(
        try await store.replication(of: [one]) == [one: TenantReplication(sequence: nil, isWaiting: false, token: nil)])
      var writeSet = WriteSet()
      writeSet.newTenants = [one: 7]
      writeSet.relationships = [Self.commit(one, 1...2)]
      _ = try await store.begin(ReadSet())
      _ = try await store.commit(writeSet)
      #expect(
        try await store.replication(of: [one, other]) == [
          one: TenantReplication(sequence: 7, isWaiting: true, token: nil),
          other: TenantReplication(sequence: nil, isWaiting: false, token: nil),
        ])
      let entries = try #require(try await outbox.oldest(except: [], limit: 100, bytes: 1 << 30)).entries
      try await outbox.markApplied(entries.map(\.id), [ReplicationMark(tenantID: one, id: entries[0].id, token: "t")])
      #expect(
        try await store.replication(of: [one]) == [one: TenantReplication(sequence: 7, isWaiting: false, token: "t")])
      try await outbox.moveTokens(to: "later")
      #expect(try await store.replication(of: [one])[one]?.token == "later")
      #expect(try await store.replication(of: []).isEmpty)
    }
  }
}
