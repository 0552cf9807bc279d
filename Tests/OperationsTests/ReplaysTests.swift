import Coordination
import MessageContract
import Messaging
import Operations
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

/// Running a plan, against plans in memory and a publisher that fails as a test specifies.
@Suite struct ReplaysTests {
  private static let plan = ReplayPlan(id: .sample(1), operatorName: "me", reason: "why", createdAt: .sample)
  private static let dead = "dead_lettered:unexpected_failure"

  /// Letters of one byte each, which determines what the publisher does with it.
  private func store(_ bodies: [UInt8]) -> (FakeReplayStore, [ULID]) {
    let ids = bodies.indices.map { ULID.sample(100 + UInt64($0)) }
    let messages = bodies.map {
      AMQPMessage(exchange: "", routingKey: "k", properties: MessageProperties(), body: [$0])
    }
    return (FakeReplayStore(letters: Dictionary(uniqueKeysWithValues: zip(ids, messages))), ids)
  }

  private func replays(_ store: FakeReplayStore, _ gateway: FakeReplayGateway) -> Replays {
    Replays(
      store: store, gateway: gateway,
      addressing: ReplayAddressing(exchange: "workspace.commands", user: nil, decoder: CommandDecoder()),
      clock: FixedClock(), identifiers: CountingIdentifiers())
  }

  private func policy(canary: Int? = nil, rate: Int? = nil, ratio: Double = 0.1, awaits: Bool = true) -> ReplayPolicy {
    ReplayPolicy(canary: canary, rate: rate, maximumFailureRatio: ratio, timeout: .zero, awaitsOutcomes: awaits)
  }

  private func work(
    _ store: FakeReplayStore, _ publisher: FakePublisher, _ policy: ReplayPolicy, unsure: UnsureLetters? = nil,
    stop: Signal<Void> = Signal()
  ) async throws -> ReplayResult {
    try await replays(store, FakeReplayGateway(publisher)).work(Self.plan, policy, unsure: unsure, stop: stop) { _ in }
  }

  @Test func `all letters go to the exchange of commands, in the order of recording, with a reference to the plan`()
    async throws
  {
    let (store, ids) = store([0, 1, 2])
    store.willEnd(ids, as: "succeeded")
    let publisher = FakePublisher()
    let result = try await work(store, publisher, policy())
    #expect(result.end == .done && result.isComplete && result.progress.outcomes == ["succeeded": 3])
    #expect(publisher.messages.map(\.body) == [[0], [1], [2]])
    #expect(publisher.messages.allSatisfy { $0.exchange == "workspace.commands" })
    #expect(
      publisher.messages.map { $0.properties.headers?.string(ReplayReference.header) }
        == ids.map { ReplayReference(plan: Self.plan.id, letter: $0).text })
  }

  @Test func `a canary that is dead-lettered again ends the run before the others`() async throws {
    let (store, ids) = store(Array(0..<20))
    store.willEnd(ids.dropFirst(), as: "succeeded")
    store.willEnd(ids.prefix(1), as: Self.dead)
    let result = try await work(store, FakePublisher(), policy(canary: 2, ratio: 1))
    #expect(result.end == .failures && result.progress.published == 2 && result.progress.pending == 18)
  }

  @Test func `a canary without an outcome ends the run before the others`() async throws {
    let (store, _) = store(Array(0..<20))
    let result = try await work(store, FakePublisher(), policy(canary: 1))
    #expect(result.end == .noOutcome && result.progress.published == 1)
  }

  @Test func `a resumed plan waits for what was sent, and sends another canary unless one has succeeded`() async throws
  {
    let (waiting, ids) = store(Array(0..<20))
    waiting.wereSent(ids.prefix(1), outcome: nil)
    #expect(try await work(waiting, FakePublisher(), policy(canary: 1)).end == .noOutcome)
    #expect(waiting.batches.isEmpty)
    let (failed, _) = store(Array(0..<20))
    failed.wereSent(ids.prefix(1), outcome: Self.dead)
    failed.willEnd(ids[1...1], as: Self.dead)
    #expect(try await work(failed, FakePublisher(), policy(canary: 1)).end == .failures)
    #expect(failed.batches == [1])
    let (mended, _) = store(Array(0..<20))
    mended.wereSent(ids.prefix(1), outcome: Self.dead)
    mended.willEnd(ids, as: "succeeded")
    #expect(try await work(mended, FakePublisher(), policy(canary: 1)).end == .failures, "the earlier one is reported")
    #expect(mended.batches == [1, LetterBatch.count])
  }

  @Test func `a canary that can't be sent ends the run before the others`() async throws {
    let (store, _) = store([7, 7, 0, 1])
    let result = try await work(store, FakePublisher(failures: [7: .unroutable]), policy(canary: 2))
    #expect(result.end == .notSent && result.progress.pending == 2)
  }

  @Test func `the others follow a successful canary; a resumed plan needs none`() async throws {
    let (first, ids) = store(Array(0..<20))
    first.willEnd(ids, as: "succeeded")
    #expect(try await work(first, FakePublisher(), policy(canary: 1)).end == .done)
    #expect(first.batches == [1, LetterBatch.count])
    let (second, _) = store(Array(0..<20))
    second.willEnd(ids, as: "succeeded")
    second.wereSent(ids.prefix(1), outcome: "succeeded")
    #expect(try await work(second, FakePublisher(), policy(canary: 1)).end == .done)
    #expect(second.batches == [LetterBatch.count])
  }

  /// By this rate, in batches of five.
  @Test(arguments: [(failures: 1, ratio: 0.1, sent: 15), (1, 0.0, 10), (2, 0.1, 10)])
  func `too many dead letters among ten outcomes end the run`(failures: Int, ratio: Double, sent: Int) async throws {
    let (store, ids) = store(Array(0..<15))
    store.willEnd(ids, as: "succeeded")
    store.willEnd(ids.prefix(failures), as: Self.dead)
    let result = try await work(store, FakePublisher(), policy(rate: 25, ratio: ratio))
    #expect(result.end == .failures && result.progress.published == sent)
  }

  @Test func `a resumed run counts only the outcomes that it has seen itself`() async throws {
    let (store, ids) = store(Array(0..<40))
    store.wereSent(ids.prefix(20), outcome: Self.dead)
    store.willEnd(ids.dropFirst(20), as: "succeeded")
    let result = try await work(store, FakePublisher(), policy(rate: 50, ratio: 0))
    #expect(result.progress.published == 40, "earlier failures did not end the run")
    #expect(result.end == .failures, "earlier failures are reported at the end")
  }

  @Test func `a letter that can't be sent is noted, and those behind it are sent`() async throws {
    let (store, ids) = store([0, 7, 1, 8, 2])
    store.willEnd(ids, as: "succeeded")
    let result = try await work(store, FakePublisher(failures: [7: .unroutable, 8: .unpublishable]), policy())
    #expect(result.end == .notSent && !result.isComplete)
    #expect(result.progress.notSent == ["unroutable": 1, "unpublishable": 1] && result.progress.published == 3)
  }

  @Test func `letters that the broker refuses stay pending, and end the run`() async throws {
    let (store, _) = store([0, 9, 1])
    let result = try await work(store, FakePublisher(failures: [9: .refused]), policy())
    #expect(result.end == .refused && result.progress.pending == 1 && result.progress.published == 2)
  }

  @Test func `known outcomes are recorded when the connection is lost`() async throws {
    let (store, _) = store([0, 9, 1])
    let gateway = FakeReplayGateway(FakePublisher(failures: [9: nil]))
    await #expect(throws: ReplayCutOff.self) {
      try await replays(store, gateway).work(Self.plan, policy(), stop: Signal()) { _ in }
    }
    let progress = try await store.progress(Self.plan.id)
    #expect(progress.published == 2 && progress.unsure == 1)
    #expect(gateway.openCount == 0)
  }

  @Test(arguments: [(UnsureLetters?.none, 1, 0, 1), (.publish, 0, 0, 2), (.skip, 0, 1, 1)])
  func `letters of uncertain state are sent again or marked as not sent only on an operator's request`(
    unsure: UnsureLetters?, left: Int, skipped: Int, published: Int
  ) async throws {
    let (store, ids) = store([0, 1])
    store.willEnd(ids, as: "succeeded")
    store.wereCutOff(ids.prefix(1))
    let progress = try await work(store, FakePublisher(), policy(), unsure: unsure).progress
    #expect(progress.unsure == left && progress.skipped == skipped && progress.published == published)
  }

  @Test func `a plan that another process is working on is not touched`() async throws {
    let (store, ids) = store([0])
    store.wereCutOff(ids)
    store.claimElsewhere()
    let publisher = FakePublisher()
    await #expect(throws: ReplayClaimed.self) { try await work(store, publisher, policy(), unsure: .publish) }
    #expect(publisher.messages.isEmpty)
    #expect(try await store.progress(Self.plan.id).unsure == 1)
  }

  @Test func `a missing exchange cuts a run off, and so does an unreachable broker: the plan has to be named`()
    async throws
  {
    let (store, _) = store([0])
    let cutOff = await #expect(throws: ReplayCutOff.self) {
      try await replays(store, FakeReplayGateway(nil, isReachable: false)).work(Self.plan, policy(), stop: Signal()) {
        _ in
      }
    }
    #expect(cutOff?.plan == Self.plan.id && cutOff?.cause is FakeReplayGateway.Unreachable)
    let missing = FakeReplayGateway(nil)
    let error = await #expect(throws: ReplayCutOff.self) {
      try await replays(store, missing).work(Self.plan, policy(), stop: Signal()) { _ in }
    }
    #expect(error?.cause is FakeReplayGateway.Missing && missing.openCount == 0)
    #expect(try await store.progress(Self.plan.id).pending == 1)
  }

  @Test func `a stop ends the run before the next batch`() async throws {
    let (store, _) = store(Array(0..<10))
    let stop = Signal<Void>()
    stop.raise()
    #expect(try await work(store, FakePublisher(), policy(), stop: stop).end == .stopped)
    #expect(store.batches.isEmpty)
  }

  @Test func `without waiting for outcomes the run ends when all letters are sent`() async throws {
    let (store, _) = store([0, 1])
    let result = try await work(store, FakePublisher(), policy(awaits: false))
    #expect(result.end == .sent && result.isComplete && result.progress.waiting == 2)
  }

  @Test func `letters are taken in batches bounded in number and bytes`() async throws {
    let body = [UInt8](repeating: 0, count: LetterBatch.bytes / 2)
    let ids = (0..<3).map { ULID.sample(100 + $0) }
    let message = AMQPMessage(exchange: "", routingKey: "k", properties: MessageProperties(), body: body)
    let store = FakeReplayStore(letters: Dictionary(uniqueKeysWithValues: ids.map { ($0, message) }))
    store.willEnd(ids, as: "succeeded")
    let observed = Mutex<[Int]>([])
    _ = try await replays(store, FakeReplayGateway(FakePublisher())).work(Self.plan, policy(), stop: Signal()) {
      progress in
      observed.withLock { $0.append(progress.published) }
    }
    #expect(observed.withLock { $0 } == [0, 2, 3, 3])
    #expect(store.batches.allSatisfy { $0 == LetterBatch.count })
  }

  @Test func `a plan records its time, operator and reason; without letters there is no plan`() async throws {
    let (full, _) = store([0])
    let plan = try await replays(full, FakeReplayGateway(nil)).plan(.init(), again: false, by: "me", because: "why")
    #expect(plan == ReplayPlan(id: .sample(1), operatorName: "me", reason: "why", createdAt: .sample))
    let (empty, _) = store([])
    #expect(
      try await replays(empty, FakeReplayGateway(nil)).plan(.init(), again: false, by: "me", because: "why") == nil)
  }
}
