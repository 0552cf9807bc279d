import Foundation
import Messaging
import Operations
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

/// What operators read from the ledger.
@Suite(.serialized, .requiresPostgres, .migratedDatabase) struct DeadLettersTests {
  private static let tenants = [TenantID.random(), .random()]

  /// The `number`-th, one per second, from the start of 2026.
  private func id(_ number: Int, day: Int = 0) -> ULID {
    ULID(
      milliseconds: 1_767_225_600_000 + UInt64(day * 86_400_000 + number * 1000),
      randomness: .init(high: 0, low: UInt64(number)))
  }

  private func withLedger(_ letters: [DeadLetter], _ body: (PostgresDeadLetters) async throws -> Void) async throws {
    let database = try TestDatabase.current
    try await database.withConnection { try await $0.execute(script: "delete from dead_letters") }
    try await database.withStore { store, connection in
      var writeSet = WriteSet()
      writeSet.deadLetters = letters
      _ = try await store.begin(ReadSet())
      _ = try await store.commit(writeSet)
      try await body(PostgresDeadLetters(connection: connection))
    }
  }

  @Test func `a letter comes back with all its parts`() async throws {
    let letter = DeadLetter.sample(tenant: Self.tenants[0], type: "workspace.get")
    try await withLedger([letter]) { ledger async throws in
      let found = try #require(try await ledger.letter(letter.id))
      #expect(found.message == letter.message)
      #expect(
        found.summary
          == DeadLetterSummary(
            id: letter.id, queue: "/tests", recordedAt: letter.recordedAt, reason: letter.reason, detail: letter.detail,
            attempts: letter.attempts, subject: letter.subject, bytes: letter.message.body.count))
      let missing = try await ledger.letter(.random())
      #expect(missing == nil)
    }
  }

  @Test func `the latest comes first, page by page`() async throws {
    try await withLedger((0..<7).map { .sample(id: id($0)) }) { ledger async throws in
      var pages: [[ULID]] = []
      repeat {
        pages.append(try await ledger.list(DeadLetterFilter(), before: pages.last?.last, limit: 3).map(\.id))
      } while pages.last?.count == 3
      #expect(pages == [[6, 5, 4], [3, 2, 1], [0]].map { $0.map { id($0) } })
      let none = try await ledger.list(DeadLetterFilter(), limit: 0)
      #expect(none.isEmpty)
    }
  }

  @Test func `pages of messages end at their byte limit, with at least one letter`() async throws {
    let letters = [10, 2000, 10, 10].enumerated().map { number, size in
      DeadLetter.sample(
        id: id(number),
        message: AMQPMessage(
          exchange: "e", routingKey: "k", properties: MessageProperties(), body: [UInt8](repeating: 1, count: size)))
    }
    try await withLedger(letters) { ledger async throws in
      func pages(_ bytes: Int) async throws -> [Int] {
        var (counts, last): ([Int], ULID?) = ([], nil)
        while true {
          let page = try await ledger.records(DeadLetterFilter(), before: last, limit: 10, bytes: bytes)
          let messages = try await ledger.messages(DeadLetterFilter(), before: last, limit: 10, bytes: bytes)
          #expect(page.map(\.id) == messages.map(\.id))
          guard let end = page.last?.id else { return counts }
          counts.append(page.count)
          last = end
        }
      }
      #expect(try await pages(1) == [1, 1, 1, 1])
      #expect(try await pages(1000) == [3, 1])
      #expect(try await pages(1 << 20) == [4])
    }
  }

  @Test func `a filter requires all of its conditions, and any value of each`() async throws {
    let message = AMQPMessage(
      exchange: "e", routingKey: "k", properties: MessageProperties(), body: Array(#"{"name":"Grüße"}"#.utf8))
    let letters: [DeadLetter] = [
      .sample(id: id(0), reason: "invalid_data", tenant: Self.tenants[0], type: "workspace.get"),
      .sample(id: id(1), reason: "invalid_data", tenant: Self.tenants[1], type: "workspace.list"),
      .sample(id: id(2), reason: "malformed_json", detail: "100 % wrong"),
      .sample(id: id(3), reason: "invalid_envelope", message: message),
    ]
    try await withLedger(letters) { ledger async throws in
      func found(_ change: (inout DeadLetterFilter) -> Void) async throws -> [Int] {
        var filter = DeadLetterFilter()
        change(&filter)
        let ids = try await ledger.list(filter, limit: 10).map(\.id)
        return letters.indices.filter { ids.contains(letters[$0].id) }
      }
      #expect(try await found { _ in } == [0, 1, 2, 3])
      #expect(try await found { $0.reasons = ["invalid_data"] } == [0, 1])
      #expect(try await found { $0.reasons = ["invalid_data", "malformed_json"] } == [0, 1, 2])
      #expect(try await found { $0.tenants = [Self.tenants[1]] } == [1])
      #expect(try await found { $0.types = ["workspace.get", "workspace.list"] } == [0, 1])
      #expect(try await found { $0.ids = [letters[3].id, letters[0].id] } == [0, 3])
      #expect(try await found { $0.since = letters[2].recordedAt } == [2, 3])
      #expect(try await found { $0.until = letters[2].recordedAt } == [0, 1])
      #expect(try await found { $0.text = "%" } == [2])
      #expect(try await found { $0.text = "Grüße" } == [3])
      #expect(try await found { $0.text = "grüße" } == [])
      #expect(
        try await found {
          $0.text = "NAME"
          $0.ignoresCase = true
        } == [3])
      #expect(
        try await found {
          $0.text = "GRüße"
          $0.ignoresCase = true
        } == [3])
      #expect(
        try await found {
          $0.text = "% WRONG"
          $0.ignoresCase = true
        } == [2])
      #expect(try await found { $0.text = "NAME" } == [])
      #expect(try await found { $0.queues = ["/tests"] } == [0, 1, 2, 3])
      #expect(try await found { $0.queues = ["/elsewhere"] } == [])
      #expect(try await found { $0.excludedQueues = ["/elsewhere"] } == [0, 1, 2, 3])
      #expect(try await found { $0.excludedQueues = ["/elsewhere", "/tests"] } == [])
      #expect(
        try await found {
          $0.reasons = ["invalid_data"]
          $0.types = ["workspace.list"]
          $0.since = letters[0].recordedAt
        } == [1])
    }
  }

  @Test func `expired letters are removed in steps, oldest first, and by both clocks`() async throws {
    let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    func aged(_ seconds: Int64) -> DeadLetter {
      .sample(id: ULID(milliseconds: UInt64(now.milliseconds - seconds * 1000), randomness: .init(high: 0, low: 1)))
    }
    let letters = [aged(500), aged(400), aged(300), aged(100), aged(0)]
    try await withLedger(letters) { ledger async throws in
      try await TestDatabase.current.withConnection(configure: { $0 = $0.forRetention() }) { connection async throws in
        let retention = PostgresRetention(of: .deadLetters, on: connection)
        func remove(at now: Timestamp, from start: Timestamp? = nil, limit: Int) async throws -> RemovedEntries {
          try await retention.removeExpired(olderThan: .seconds(200), at: now, from: start, limit: limit)
        }
        let first = try await remove(at: now, limit: 2)
        #expect(first == RemovedEntries(count: 2, newest: letters[1].recordedAt))
        let passedOver = try await remove(at: now, from: letters[3].recordedAt, limit: 2)
        #expect(passedOver.count == 0)
        let second = try await remove(at: now, from: first.newest, limit: 2)
        #expect(second == RemovedEntries(count: 1, newest: letters[2].recordedAt))
        let ahead = try await remove(at: Timestamp(milliseconds: now.milliseconds + 1_000_000), limit: 10)
        #expect(ahead.count == 0, "the database's clock is behind that time")
      }
      let left = try await ledger.list(DeadLetterFilter(), limit: 10)
      #expect(left.map(\.id) == [letters[4].id, letters[3].id])
    }
  }

  @Test func `letters are counted by what they have in common`() async throws {
    let letters: [DeadLetter] = [
      .sample(id: id(0), reason: "a", tenant: Self.tenants[0], type: "x"), .sample(id: id(1), reason: "b"),
      .sample(id: id(2, day: 1), reason: "b", tenant: Self.tenants[0], type: "y"),
    ]
    try await withLedger(letters) { ledger async throws in
      func groups(_ key: DeadLetterGroup.Key, limit: Int = 10) async throws -> [DeadLetterGroup] {
        try await ledger.groups(by: key, DeadLetterFilter(), limit: limit)
      }
      #expect(
        try await groups(.reason) == [
          DeadLetterGroup(value: "b", count: 2, first: letters[1].recordedAt, last: letters[2].recordedAt),
          DeadLetterGroup(value: "a", count: 1, first: letters[0].recordedAt, last: letters[0].recordedAt),
        ])
      #expect(try await groups(.tenant).map(\.value) == [Self.tenants[0].description, nil])
      #expect(try await groups(.type).map(\.value) == ["x", "y", nil])
      #expect(try await groups(.day).map(\.value) == ["2026-01-01", "2026-01-02"])
      #expect(try await groups(.day).map(\.count) == [2, 1])
      #expect(try await groups(.type, limit: 1).count == 1)
      var filter = DeadLetterFilter()
      filter.reasons = ["b"]
      let some = try await ledger.groups(by: .reason, filter, limit: 10)
      #expect(some.map(\.count) == [2])
    }
  }
}
