import PostgresClient
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

@testable import PostgresStore

/// What PostgreSQL adds to the contract: its own clock, its locks, and the cost of a step.
@Suite(.serialized, .requiresPostgres, .migratedDatabase) struct InboxRetentionTests {
  private static let retention: Duration = .seconds(30 * 86_400)
  /// The time of a worker's clock that is about 20 years ahead: the database's clock decides.
  private static let ahead = Timestamp(milliseconds: Timestamp.sample.milliseconds + 20 * 365 * 86_400_000)

  /// Fills the inbox with `expired` entries that are older than the retention, one second apart, and `young` entries
  /// that are not.
  private func fill(expired: Int, young: Int) async throws {
    try await TestDatabase.current.withConnection {
      try await $0.execute(
        script: """
          truncate inbox;
          insert into inbox (source, id, command_fingerprint, rule, tenant_id, result_id, result_type, result, recorded_at)
          select '/tests', n::text, decode(repeat('00', 32), 'hex'), 2, 'tenant', 'result', 'type', 'result',
            now() - interval '30 days' - interval '2 seconds' - (\(expired) - n) * interval '1 second'
              + case when n > \(expired) then interval '1 day' else interval '0' end
          from generate_series(1, \(expired + young)) n;
          analyze inbox;
          """)
    }
  }

  private func count() async throws -> Int {
    try await TestDatabase.current.withConnection {
      try await $0.query("count", "select count(*) from inbox")[0].count()
    }
  }

  private func remove(_ inbox: PostgresRetention, from start: Timestamp? = nil, limit: Int = 100) async throws
    -> RemovedEntries
  {
    try await inbox.removeExpired(olderThan: Self.retention, at: Self.ahead, from: start, limit: limit)
  }

  @Test func `a clock that is ahead removes nothing early`() async throws {
    try await fill(expired: 3, young: 5)
    let removed = try await TestDatabase.current.withInbox { inbox, _ in try await remove(inbox) }
    #expect(removed.count == 3)
    #expect(try await count() == 5)
  }

  @Test func `entries locked by another transaction are skipped without waiting`() async throws {
    try await fill(expired: 6, young: 1)
    let database = try TestDatabase.current
    try await database.withConnection { holder in
      try await holder.execute(script: "begin; select from inbox where id in ('1', '4') for update")
      let removed = try await database.withInbox { inbox, _ in try await remove(inbox) }
      #expect(removed.count == 4)
      try await holder.execute(script: "rollback")
    }
    #expect(try await count() == 3)
    let removed = try await database.withInbox { inbox, _ in try await remove(inbox) }
    #expect(removed.count == 2)
  }

  @Test func `two concurrent cleanings remove each entry once`() async throws {
    try await fill(expired: 2000, young: 10)
    let database = try TestDatabase.current
    let counts = try await withThrowingTaskGroup { group in
      for _ in 1...2 {
        group.addTask {
          var total = 0
          try await database.withInbox { inbox, _ in
            var removed = try await remove(inbox, limit: 50)
            while removed.count > 0 {
              total += removed.count
              removed = try await remove(inbox, from: removed.newest, limit: 50)
            }
          }
          return total
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts.reduce(0, +) == 2000, "\(counts)")
    #expect(try await count() == 10)
  }

  @Test func `a unit of work reads what a step is removing, and continues without waiting`() async throws {
    try await fill(expired: 2, young: 0)
    let database = try TestDatabase.current
    try await database.withInbox { _, cleaner in
      let request = InboxTable.removeExpired(olderThan: Self.retention, at: Self.ahead, from: nil, limit: 10)
      _ = try await cleaner.pipeline([.begin, request])
      try await database.withStore(configure: { $0.lockTimeout = .milliseconds(20) }) { store, connection in
        let key = PostgresRequest("read", "select count(*) from inbox where source = '/tests' and id = '1'")
        let rows = try await connection.pipeline([.begin, key, .commit])
        #expect(try rows[1][0].count() == 1)
        var writeSet = WriteSet()
        writeSet.inbox = [.sample(tenant: .random(), recordedAt: Self.ahead)]
        _ = try await store.begin(ReadSet())
        _ = try await store.commit(writeSet)
      }
      _ = try await cleaner.pipeline([.commit])
    }
    #expect(try await count() == 1)
  }

  @Test func `a table that is being changed is skipped at once, and cleaned later`() async throws {
    try await fill(expired: 2, young: 0)
    let database = try TestDatabase.current
    try await database.withConnection { holder in
      try await holder.execute(script: "begin; lock table inbox in access exclusive mode")
      try await database.withInbox { inbox, connection in
        await #expect(throws: UnitOfWorkError.transient(reason: "55P03 lock_not_available")) { try await remove(inbox) }
        try await holder.execute(script: "rollback")
        #expect(try await remove(inbox).count == 2)
      }
    }
  }

  @Test func `a step reads no more pages in a large inbox than in a small one, nor later steps more than the first`()
    async throws
  {
    let limit = 200
    try await fill(expired: 1000, young: 0)
    let small = try await pagesRead(by: 1, limit: limit)
    try await fill(expired: 50_000, young: 50_000)
    let large = try await TestDatabase.current.withConnection { reader in
      // While an older snapshot can still see removed rows, they can't be told from others without reading them.
      try await reader.execute(script: "begin isolation level repeatable read; select from inbox limit 1")
      return try await pagesRead(by: 20, limit: limit)
    }
    let slack = limit / 8
    #expect(large[0] < small[0] + slack, "\(small), \(large)")
    #expect(large.allSatisfy { $0 < large[0] + slack }, "\(large)")
  }

  /// The number of pages that each of `steps` steps reads.
  private func pagesRead(by steps: Int, limit: Int) async throws -> [Int] {
    var pages: [Int] = []
    try await TestDatabase.current.withInbox { inbox, connection in
      var start: Timestamp?
      for _ in 1...steps {
        let request = InboxTable.removeExpired(olderThan: Self.retention, at: Self.ahead, from: start, limit: limit)
        let explanation = PostgresRequest(
          "explain", "explain (analyze, buffers, costs off, timing off, summary off) \(request.query)")
        // The step is explained and rolled back, then executed, to learn where the next one begins.
        let rows = try await connection.pipeline([.begin, explanation, .rollback])[1]
        let plan = try rows.map { row throws(PostgresError) in try row.text("QUERY PLAN") }
        #expect(plan.contains { $0.contains("Index Scan using ix_inbox_recorded_at") }, "\(plan)")
        pages.append(try #require(plan.lazy.compactMap(Self.pages).first))
        start = try await remove(inbox, from: start, limit: limit).newest
      }
    }
    return pages
  }

  /// The number of pages in a line of a plan, `Buffers: shared hit=… read=… dirtied=…`: hits and reads.
  private static func pages(_ line: String) -> Int? {
    guard let buffers = line.firstRange(of: "Buffers: shared") else { return nil }
    return line[buffers.upperBound...].matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.1) }.reduce(0, +)
  }
}
