import Testing
import UnitOfWork

@testable import WorkerRuntime

@Suite(.timeLimit(.minutes(10))) struct ConfirmedEntriesTests {
  private let confirmed = ConfirmedEntries()

  private func ids(_ numbers: ClosedRange<Int64>) -> [OutboxID] { numbers.map { OutboxID(number: $0) } }

  @Test func `added entries are handed out once, in order`() {
    #expect(confirmed.isEmpty)
    confirmed.add(ids(1...2))
    confirmed.add(ids(3...3))
    #expect(!confirmed.isEmpty)
    #expect(confirmed.take() == ids(1...3))
    #expect(confirmed.take().isEmpty)
    #expect(confirmed.isEmpty)
  }

  @Test func `an added entry always has a sweep, however adding and sweeping interleave`() async throws {
    let swept = Journal<[OutboxID]>()
    let watching = Task { try await confirmed.watch(delay: .zero) { swept.note(confirmed.take()) } }
    for number in 1...500 as ClosedRange<Int64> {
      confirmed.add(ids(number...number))
      if number % 50 == 0 {
        try await swept.wait { $0.last?.last == OutboxID(number: number) }
      } else if number % 3 == 0 {
        await Task.yield()
      }
    }
    #expect(swept.entries.flatMap { $0 } == ids(1...500))
    watching.cancel()
    try? await watching.value
  }

  @Test func `entries removed by a batch need no sweep`() async throws {
    let swept = Journal<Int>()
    confirmed.add(ids(1...1))
    #expect(confirmed.take().count == 1)
    let watching = Task { try await confirmed.watch(delay: .zero) { swept.note(confirmed.take().count) } }
    await Task.yield()
    confirmed.add(ids(2...3))
    try await swept.wait { !$0.isEmpty }
    #expect(swept.entries == [2])
    watching.cancel()
    try? await watching.value
  }
}
