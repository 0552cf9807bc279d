import DeliveryPipeline
import MessageContract
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// What becomes of a message that kills the processes which begin it.
@Suite struct CrashLoopTests {
  private static let culprit = CommandMessage("culprit", "list")
  private let store = FakeStore()

  private func process(_ number: UInt64, retries: [Duration] = []) -> ExecutorFixture {
    var policy = ParkingPolicy()
    policy.retries = RetrySchedule(retries)
    return ExecutorFixture(store: store, parking: policy, process: number, identifiersAfter: number << 41)
  }

  private func read(_ message: CommandMessage, in process: ExecutorFixture) async throws -> Assignment {
    try await process.suspects.read(message.delivery(1, isRedelivered: true))
  }

  private func run(_ assignment: Assignment, in process: ExecutorFixture) async throws -> [CommittedBatch] {
    var batches: [CommittedBatch] = []
    try await process.executor.execute(assignment) { batches.append($0) }
    return batches
  }

  @Test("after three processes that died of it, a message is a dead letter")
  func threeDeaths() async throws {
    // The first one left no note.
    for number in 2...3 as ClosedRange<UInt64> {
      #expect(try await read(Self.culprit, in: process(number)).verdict == nil)
    }
    let last = process(4)
    let batches = try await run(try await read(Self.culprit, in: last), in: last)
    let letters = await store.commits.flatMap(\.deadLetters)
    #expect(letters.map(\.reason) == ["crash_loop"])
    #expect(letters[0].attempts.count == 3)
    #expect(letters[0].subject.commandID == "culprit")
    #expect(batches.results.map { $0.member("code") } == ["crash_loop"])
  }

  @Test("a message that was never decoded is not decoded even then")
  func unread() async throws {
    for number in 2...4 as ClosedRange<UInt64> {
      let fingerprint = MessageFingerprint.of(Self.culprit.delivery(1, isRedelivered: true).original)
      _ = try await store.noteBegin(of: fingerprint, in: .sample(number), at: .sample)
    }
    let last = process(5)
    let batches = try await run(try await read(Self.culprit, in: last), in: last)
    #expect(await store.commits.flatMap(\.deadLetters).map(\.subject.commandID) == [nil])
    #expect(batches.results.isEmpty, "nobody is known who could be told")
  }

  @Test("neighbours that are carried out are without charge, also when they come again")
  func neighbours() async throws {
    let neighbour = CommandMessage("neighbour", "list")
    for number in 2...9 as ClosedRange<UInt64> {
      let process = process(number)
      let batches = try await run(try await read(neighbour, in: process), in: process)
      #expect(batches.types == ["workspace.list.succeeded"])
    }
  }

  @Test("what is held behind a full line has not been tried: its note stays")
  func held() async throws {
    for number in 2...3 as ClosedRange<UInt64> {
      let process = process(number)
      process.lines.load([ParkedLine(tenantID: .sample(1), count: .max / 2, oldest: .sample, dueAt: .sample)])
      let batches = try await run(try await read(Self.culprit, in: process), in: process)
      #expect(batches.flatMap(\.held).count == 1)
    }
    #expect(try await read(Self.culprit, in: process(4)).verdict != nil)
  }

  @Test("a process that begins it again and again has not died of it")
  func sameProcess() async throws {
    let process = process(2)
    for _ in 1...9 { #expect(try await read(Self.culprit, in: process).verdict == nil) }
  }

  @Test("a parked command runs alone in every process but that which parked it, and its deaths are counted, too")
  func parked() async throws {
    let first = process(1, retries: [.zero])
    await store.fail { $0.inbox.isEmpty ? nil : .failed(reason: "x") }
    try await first.run([Self.culprit, CommandMessage("2", "list"), CommandMessage("3", "list")])
    // Processes that die in the middle of a transaction: it is not committed, and they write nothing more.
    await store.fail { _ in .unavailable(reason: "died") }
    for number in 2...3 as ClosedRange<UInt64> {
      let process = process(number)
      await #expect(throws: UnitOfWorkError.unavailable(reason: "died")) { try await process.step() }
    }
    await store.fail { _ in nil }
    let last = process(4)
    last.lines.load(try await store.lines())
    let batches = try await last.goOn()
    #expect(batches.types == ["workspace.list.failed", "workspace.list.succeeded", "workspace.list.succeeded"])
    #expect(batches.map { $0.entries.count } == [1, 1, 1], "each alone")
    #expect(await store.commits.flatMap(\.deadLetters).map(\.reason) == ["crash_loop"])
    #expect(last.lines.all.isEmpty)
  }
}
