import Operations
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@Suite struct DeadLetterLedgerTests {
  @Test func `a page says whether another follows, and stays within its limit`() async throws {
    let ledger = FakeDeadLetterLedger((1...3).map { .numbered($0) })
    let first = try await ledger.page(.init(), after: nil, limit: 2)
    #expect(first.elements.map(\.id) == [.sample(3), .sample(2)] && first.hasMore)
    let last = try await ledger.page(.init(), after: .sample(2), limit: 2)
    #expect(last.elements.map(\.id) == [.sample(1)] && !last.hasMore)
    #expect(try await ledger.page(.init(), after: nil, limit: 3).hasMore == false)
  }

  @Test func `letters are counted over all reasons`() async throws {
    let ledger = FakeDeadLetterLedger((1...5).map { .numbered($0, reason: $0 < 3 ? "a" : "b") })
    #expect(try await ledger.count(.init()) == 5)
    #expect(try await FakeDeadLetterLedger().count(.init()) == 0)
  }

  @Test func `an export has every letter once, latest first, with one batch in memory at a time`() async throws {
    let count = LetterBatch.count * 2 + 1
    let ledger = FakeDeadLetterLedger((1...count).map { .numbered($0) })
    var exported: [ULID] = []
    #expect(try await ledger.export(.init()) { exported.append($0.id) } == count)
    #expect(exported == (1...count).reversed().map { ULID.sample(UInt64($0)) })
    #expect(ledger.limits == Array(repeating: LetterBatch.count, count: 4))
  }

  @Test func `an export ends with the first letter that can't be written`() async throws {
    struct Full: Error {}
    let ledger = FakeDeadLetterLedger((1...3).map { .numbered($0) })
    await #expect(throws: Full.self) { _ = try await ledger.export(.init()) { _ in throw Full() } }
    #expect(ledger.limits.count == 1)
  }

  @Test func `an import adds whole batches, by number and by bytes, and counts the new letters`() async throws {
    let ledger = FakeDeadLetterLedger([.numbered(1)])
    var intake = DeadLetterIntake(into: ledger)
    for number in 1...(LetterBatch.count + 1) { try await intake.add(.numbered(number), bytes: 1) }
    #expect(ledger.added.map(\.count) == [LetterBatch.count], "the last letter waits for a full batch")
    try await intake.add(.numbered(1000), bytes: LetterBatch.bytes)
    #expect(ledger.added.map(\.count) == [LetterBatch.count, 2])
    try await intake.finish()
    #expect(ledger.added.count == 2, "no letter was left to add")
    #expect(intake.added == LetterBatch.count + 1, "the first letter existed already")
  }
}
