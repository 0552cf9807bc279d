import Logging
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

/// What a process that crashes records in the database, and what the next process concludes from it.
@Suite(.requiresPostgres) struct CrashRecordTests {
  private static let message = [UInt8](repeating: 7, count: 32)

  private static func process(_ number: UInt64) -> ULID {
    ULID(milliseconds: 0, randomness: .init(high: 0, low: number))
  }

  /// Runs `body` with the store and the crash record of one queue, in a new database.
  private func withQueue(
    _ body: @Sendable (PostgresUnitOfWorkStore, PostgresCrashRecord) async throws -> Void
  ) async throws {
    try await TestDatabase.make { database in
      try await database.withConnection { connection in
        _ = try await Migrator(connection: connection, logger: .silent).up()
        let store = PostgresUnitOfWorkStore(connection: connection, queue: "/commands")
        try await body(store, PostgresCrashRecord(connection: connection, queue: "/commands"))
      }
    }
  }

  @Test func `each process that a message crashed counts once, until the message is processed`() async throws {
    try await withQueue { store, record in
      #expect(try await store.becomeActive(Self.process(1), at: .sample) == FatalMessages())
      try await record.note(Self.process(1), signal: 6, message: Self.message, decoded: false)
      try await record.note(Self.process(1), signal: 6, message: Self.message, decoded: false)
      try await record.note(Self.process(2), signal: 11, message: Self.message, decoded: true)
      let fatal = try await store.becomeActive(Self.process(3), at: .sample)
      #expect(fatal == FatalMessages(deaths: [Self.message: .init(count: 2, isDecodable: true)]))
      _ = try await store.begin(ReadSet())
      var writeSet = WriteSet()
      writeSet.survived = [Self.message]
      _ = try await store.commit(writeSet)
      #expect(try await store.becomeActive(Self.process(3), at: .sample) == FatalMessages())
    }
  }

  @Test func `a crash without a current message is reported to the next process, and to no other`() async throws {
    try await withQueue { store, record in
      _ = try await store.becomeActive(Self.process(1), at: .sample)
      try await record.note(Self.process(9), signal: 6, message: nil, decoded: false)
      #expect(
        try await store.becomeActive(Self.process(1), at: .sample) == FatalMessages(),
        "the record is of another process")
      try await record.note(Self.process(1), signal: 6, message: nil, decoded: false)
      #expect(try await store.becomeActive(Self.process(2), at: .sample) == FatalMessages(isUnexplained: true))
      #expect(try await store.becomeActive(Self.process(2), at: .sample) == FatalMessages())
    }
  }

  @Test func `processes that end, or lose their sessions, without a record count as no crash`() async throws {
    try await withQueue { store, _ in
      for number in 1...9 as ClosedRange<UInt64> {
        let known = try await store.becomeActive(Self.process(number), at: .sample)
        #expect(known == FatalMessages())
      }
    }
  }

  @Test func `at most ten thousand messages are remembered, the latest, for a week at most`() async throws {
    try await TestDatabase.make { database in
      try await database.withConnection { connection in
        _ = try await Migrator(connection: connection, logger: .silent).up()
        // Message `number` last killed a process `number` minutes ago, the last two messages a week earlier still.
        try await connection.execute(
          script: """
            insert into fatal_messages (queue, body_hash, process, signal, deaths, is_decodable, last_death_at)
            select '/commands', decode(lpad(to_hex(number), 64, '0'), 'hex'), 'p', 6, 1, true,
              now() - number * interval '1 minute' - case when number > 10001 then interval '7 days' else '0' end
            from generate_series(1, 10003) as number
            """)
        let store = PostgresUnitOfWorkStore(connection: connection, queue: "/commands")
        let known = try await store.becomeActive(Self.process(1), at: .sample).deaths
        #expect(known.count == 10_000 && known[Self.hash(10_000)] != nil && known[Self.hash(10_001)] == nil)
        #expect(try await connection.query("count_fatal", "select count(*) from fatal_messages")[0].count() == 10_001)
      }
    }
  }

  private static func hash(_ number: UInt32) -> [UInt8] {
    [UInt8](repeating: 0, count: 28) + number.bigEndianBytes
  }
}
