import MessageContract
import Messaging
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// What happens to a command that fails unexpectedly, and to those behind it.
@Suite struct ParkingTests {
  private let fixture = ExecutorFixture(parking: .retrying())

  @Test
  func `the failing command is parked, later ones of its tenant queue behind it, other tenants don't wait`()
    async throws
  {
    await fixture.poison(["2"])
    let batches = try await fixture.run(
      [.list("1"), .list("2"), .list("x", tenant: 2), .list("3"), .list("y", tenant: 2), .list("4")])
    #expect(batches.results.map(\.label) == ["1", "x", "y"])
    #expect(batches.settled.sorted() == [1, 2, 3, 4, 5, 6], "parked commands are acknowledged")
    #expect(await fixture.letters.isEmpty)
    #expect(fixture.lines.all[.sample(1)]?.count == 3)
    #expect(fixture.lines.all[.sample(2)] == nil)
    #expect(try await fixture.line() == ["2", "3", "4"])
    #expect(try await fixture.run([.list("5"), .list("z", tenant: 2)]).results.map(\.label) == ["z"])
    #expect(try await fixture.line() == ["2", "3", "4", "5"])
  }

  @Test(arguments: [1, 2, 4, 100])
  func `once the command succeeds, the line continues in order, many at a time, and is gone`(batchCount: Int)
    async throws
  {
    let fixture = ExecutorFixture(parking: .retrying(), batchCount: batchCount)
    await fixture.poison(["2"])
    try await fixture.run((1...9).map { .list("\($0)") })
    await fixture.store.fail { _ in nil }
    let batches = try await fixture.advanceDueLine()
    #expect(batches.results.map(\.label) == (2...9).map(String.init))
    #expect(batches.settled.isEmpty, "nothing is left to acknowledge")
    #expect(batches.count == 1 + (7 + batchCount - 1) / batchCount)
    #expect(fixture.lines.all.isEmpty)
    #expect(try await fixture.store.lines(dueWithin: .seconds(86_400)).isEmpty)
    #expect(try await fixture.run(.list("10")).results.map(\.label) == ["10"])
  }

  @Test(arguments: 0...5)
  func `a command that fails every time is a dead letter after its last attempt, and the line moves on`(
    retries: Int
  ) async throws {
    let fixture = ExecutorFixture(parking: .retrying(retries))
    await fixture.poison(["2"])
    let first = try await fixture.run((1...4).map { .list("\($0)") })
    let later = try await fixture.advanceDueLine()
    #expect((first + later).results.map(\.label) == ["1", "2", "3", "4"])
    #expect((first + later).types[1] == "workspace.list.failed")
    let letters = await fixture.store.commits.flatMap(\.deadLetters)
    #expect(letters.map(\.reason) == ["unexpected_failure"])
    #expect(letters[0].attempts == .init(count: retries + 1, first: .sample))
    #expect(letters[0].detail.hasSuffix("23514 check_violation"))
    #expect(fixture.lines.all.isEmpty)
  }

  @Test(arguments: 3...9)
  func `another failing command in the line becomes its first, after those before it`(place: Int) async throws {
    let fixture = ExecutorFixture(parking: .retrying(), batchCount: 100)
    await fixture.poison(["2"])
    try await fixture.run((1...9).map { .list("\($0)") })
    await fixture.poison(["\(place)"])
    var batches: [CommittedBatch] = []
    while try await fixture.line().first != "\(place)" { batches += try await fixture.step() }
    batches += try await fixture.step()
    #expect(batches.results.map(\.label) == (2..<place).map(String.init))
    #expect(try await fixture.line() == (place...9).map(String.init))
    #expect(fixture.lines.all[.sample(1)]?.count == 10 - place)
    await fixture.store.fail { _ in nil }
    #expect(try await fixture.advanceDueLine().results.map(\.label) == (place...9).map(String.init))
  }

  @Test func `a command that times out in a line is not rerun at once, but its verdict is`() async throws {
    let fixture = ExecutorFixture(parking: .retrying(), deadline: .seconds(60))
    await fixture.poison(["1"])
    try await fixture.run([.list("1"), .list("2")])
    let attempts = Mutex((commands: 0, verdicts: 0))
    await fixture.store.fail { writeSet in
      attempts.withLock { attempts in
        if !writeSet.inbox.isEmpty {
          attempts.commands += 1
          return .timedOut(reason: "57014")
        }
        attempts.verdicts += 1
        return attempts.verdicts == 1 ? .timedOut(reason: "57014") : nil
      }
    }
    _ = try await fixture.step()
    #expect(attempts.withLock { $0.commands } == 1 && attempts.withLock { $0.verdicts } == 2)
    #expect(try await fixture.line() == ["1", "2"])
  }

  @Test func `an unavailable database costs a parked command no attempt`() async throws {
    await fixture.poison(["1"])
    try await fixture.run(.list("1"))
    let before = try await fixture.entries()
    await fixture.store.fail { _ in .unavailable(reason: "gone") }
    await #expect(throws: UnitOfWorkError.unavailable(reason: "gone")) { try await fixture.step() }
    await fixture.store.fail { _ in .transient(reason: "deadlock") }
    await #expect(throws: UnitOfWorkError.transient(reason: "deadlock")) { try await fixture.step() }
    #expect(try await fixture.entries() == before)
  }

  @Test func `a redelivery is not parked twice, a second copy is`() async throws {
    await fixture.poison(["1"])
    try await fixture.run([.list("1"), .list("2")])
    #expect(try await fixture.run([.list("1"), .list("2")], isRedelivered: true).settled == [3, 4])
    #expect(try await fixture.line() == ["1", "2"])
    try await fixture.run(.list("2"))
    await fixture.store.fail { _ in nil }
    let results = try await fixture.advanceDueLine().results
    #expect(results.map(\.label) == ["1", "2", "2"])
    #expect(results[1].body == results[2].body)
  }

  @Test func `a line continues with as many commands as there is room for their answers`() async throws {
    let fixture = ExecutorFixture(parking: .retrying(), batchCount: 100, batchBytes: 600_000)
    await fixture.poison(["1"])
    try await fixture.run((1...7).map { .list("\($0)") })
    await fixture.store.fail { _ in nil }
    let batches = try await fixture.advanceDueLine()
    #expect(batches.results.map(\.label) == (1...7).map(String.init))
    // A list of a hundred workspaces may have 256,000 bytes.
    #expect(batches.map(\.handled.count) == [1, 3, 3])
  }

  @Test func `statements that time out are retried until the deadline, then the failing command is searched for`()
    async throws
  {
    for deadline in [Duration.zero, .milliseconds(30)] {
      let fixture = ExecutorFixture(parking: .retrying(), deadline: deadline)
      await fixture.store.fail { writeSet in
        writeSet.inbox.contains { $0.key.id == "2" } ? .timedOut(reason: "57014 query_canceled") : nil
      }
      let batches = try await fixture.run([.list("1"), .list("2"), .list("x", tenant: 2)])
      #expect(batches.results.map(\.label) == ["1", "x"])
      #expect(try await fixture.entries().map(\.command.failures?.error) == ["57014 query_canceled"])
    }
  }
}

extension ParkingPolicy {
  /// Failed commands are retried `retries` times, at once.
  static func retrying(_ retries: Int = 5, _ change: (inout Self) -> Void = { _ in }) -> Self {
    var policy = Self()
    policy.retries = RetrySchedule(Array(repeating: .zero, count: retries))
    change(&policy)
    return policy
  }
}

extension CommandMessage {
  /// A `workspace.list`.
  static func list(_ label: String, tenant: UInt64 = 1) -> Self { Self(label, "list", tenant: tenant) }
}

extension ExecutorFixture {
  /// Commits with an answer to a command with one of these labels fail from now on.
  func poison(_ labels: Set<String>) async {
    await store.fail { writeSet in
      writeSet.inbox.contains { labels.contains($0.key.id) && !$0.isFailure }
        ? .failed(reason: "23514 check_violation") : nil
    }
  }

  /// One transaction of the lines.
  func step() async throws -> [CommittedBatch] {
    var batches: [CommittedBatch] = []
    _ = try await lineExecutor.advanceDueLine { batches.append($0) }
    return batches
  }

  /// Advances the lines while any is due.
  func advanceDueLine() async throws -> [CommittedBatch] {
    var batches: [CommittedBatch] = []
    while try await lineExecutor.advanceDueLine(committed: { batches.append($0) }) {}
    return batches
  }

  func entries() async throws -> [ParkedEntry] {
    try await store.due(at: .sample, limit: .max, bytes: .max - (1 << 40))
  }

  /// The ids of the commands in the due line.
  func line() async throws -> [String] { try await entries().map(\.command.commandID) }
}
