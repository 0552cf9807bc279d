import Crypto
import MessageContract
import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@testable import WorkerRuntime

/// What happens to a message that has killed processes, depending on the evidence.
@Suite struct CrashLoopTests {
  private static let culprit = CommandMessage("culprit", "list")
  private static let neighbour = CommandMessage("neighbour", "list")

  private static func hash(_ message: CommandMessage) -> [UInt8] { Array(SHA256.hash(data: message.body)) }

  private static func deaths(_ count: Int, decoded: Bool = true) -> FatalMessages {
    FatalMessages(deaths: [hash(culprit): .init(count: count, isDecodable: decoded)])
  }

  private func run(_ message: CommandMessage, in process: ExecutorFixture) async throws -> [CommittedBatch] {
    var batches: [CommittedBatch] = []
    let delivery = message.delivery(1, isRedelivered: true)
    try await process.committer.carryOut(process.suspects.read(delivery, at: .sample)) { batches.append($0) }
    return batches
  }

  @Test func `after three crashes a message is a dead letter, and its count is cleared`() async throws {
    let process = ExecutorFixture(fatal: Self.deaths(3))
    let batches = try await run(Self.culprit, in: process)
    let letters = await process.letters
    #expect(letters.map(\.reason) == ["crash_loop"])
    #expect(letters[0].attempts.count == 3)
    #expect(letters[0].subject.commandID == "culprit")
    #expect(batches.results.map { $0.member("code") } == ["crash_loop"])
    #expect(await process.store.commits.flatMap(\.survived) == [Self.hash(Self.culprit)])
  }

  @Test func `a message that crashed the decoder is not decoded again`() async throws {
    let process = ExecutorFixture(fatal: Self.deaths(3, decoded: false))
    let batches = try await run(Self.culprit, in: process)
    #expect(await process.letters.map(\.subject.commandID) == [nil])
    #expect(batches.results.isEmpty, "no recipient is known")
  }

  @Test(arguments: 1...2)
  func `a message with fewer crashes is executed again, alone, and its count is cleared afterwards`(deaths: Int)
    async throws
  {
    let process = ExecutorFixture(fatal: Self.deaths(deaths))
    #expect(process.suspects.contain(Self.culprit.delivery(1)), "suspected even without the redelivered flag")
    #expect(try await run(Self.culprit, in: process).types == ["workspace.list.succeeded"])
    #expect(await process.store.commits.flatMap(\.survived) == [Self.hash(Self.culprit)])
  }

  @Test func `joining a line is no survival`() async throws {
    let process = ExecutorFixture(parking: ExecutorFixture.once, fatal: Self.deaths(2))
    var policy = ParkingPolicy()
    policy.retries = RetrySchedule([.seconds(600)])
    let waiting = ExecutorFixture(parking: policy, fatal: Self.deaths(2))
    await waiting.store.fail { $0.inbox.isEmpty ? nil : .failed(reason: "x") }
    try await waiting.run([CommandMessage("1", "list")])
    await waiting.store.fail { _ in nil }
    #expect(try await run(Self.culprit, in: waiting).types.isEmpty)
    #expect(waiting.lines.all[.sample(1)]?.count == 2)
    #expect(await waiting.store.commits.flatMap(\.survived).isEmpty)
    // Without a line it runs.
    #expect(try await run(Self.culprit, in: process).types == ["workspace.list.succeeded"])
    #expect(await process.store.commits.flatMap(\.survived) == [Self.hash(Self.culprit)])
  }

  @Test func `what is settled starts from zero in the same session, too`() {
    let suspects = ExecutorFixture(fatal: Self.deaths(3)).suspects
    let delivery = Self.culprit.delivery(1)
    #expect(suspects.contain(delivery) && suspects.isCondemned(delivery))
    suspects.forget([Self.hash(Self.culprit)])
    #expect(!suspects.contain(delivery) && !suspects.isCondemned(delivery))
  }

  @Test(arguments: [(2, false, true), (3, true, true), (3, false, false)])
  func `what has killed too many processes while it was decoded is not decoded`(deaths: Int, decoded: Bool, may: Bool) {
    let suspects = ExecutorFixture(fatal: Self.deaths(deaths, decoded: decoded)).suspects
    #expect(suspects.mayDecode(Self.culprit.delivery(1)) == may)
  }

  @Test func `whatever ended a process, its other messages are not suspected`() async throws {
    for fatal in [FatalMessages(), Self.deaths(3)] {
      #expect(!ExecutorFixture(fatal: fatal).suspects.contain(Self.neighbour.delivery(1, isRedelivered: true)))
    }
  }

  @Test
  func `after an unexplained crash all redelivered messages run alone, and none is counted`() async throws {
    let process = ExecutorFixture(fatal: FatalMessages(isUnexplained: true))
    #expect(process.suspects.contain(Self.neighbour.delivery(1, isRedelivered: true)))
    #expect(!process.suspects.contain(Self.neighbour.delivery(1)))
    #expect(try await run(Self.neighbour, in: process).types == ["workspace.list.succeeded"])
    #expect(await process.store.commits.flatMap(\.survived).isEmpty)
  }

  @Test(arguments: 2...3)
  func `a parked command that crashed processes runs alone, and is a dead letter after three`(deaths: Int)
    async throws
  {
    let store = FakeStore()
    var policy = ParkingPolicy()
    policy.retries = RetrySchedule([.zero])
    let first = ExecutorFixture(store: store, parking: policy)
    await store.fail { $0.inbox.isEmpty ? nil : .failed(reason: "x") }
    try await first.run([CommandMessage("1", "list"), Self.culprit, Self.neighbour, CommandMessage("4", "list")])
    await store.fail { _ in nil }
    let last = ExecutorFixture(
      store: store, parking: policy, process: 2, identifiersAfter: 2 << 41, fatal: Self.deaths(deaths))
    last.lines.load(try await store.lines(dueWithin: .seconds(86_400)))
    let batches = try await last.advanceDueLine()
    let succeeded = "workspace.list.succeeded"
    #expect(batches.types == [succeeded, deaths == 3 ? "workspace.list.failed" : succeeded, succeeded, succeeded])
    #expect(batches.map(\.handled.count) == [1, 1, 2], "the first failed, the second is a suspect")
    #expect(await store.commits.flatMap(\.deadLetters).map(\.reason) == (deaths == 3 ? ["crash_loop"] : []))
    #expect(last.lines.all.isEmpty)
  }
}
