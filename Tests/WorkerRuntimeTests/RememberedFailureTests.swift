import Crypto
import MessageContract
import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// A sender that was told ".failed" is told the same again, and nothing happens behind its back, until an operator
/// replays the letter.
@Suite struct RememberedFailureTests {
  private let fixture = ExecutorFixture()
  private let reference = ReplayReference(plan: .sample(1), letter: .sample(2))

  private func key(_ id: String, tenant: UInt64 = 1) -> InboxKey {
    InboxKey(tenantID: .sample(tenant), source: "/upstream", id: id)
  }

  /// Fails once for all commands, then no longer.
  private func bury(_ message: CommandMessage) async throws -> AMQPMessage {
    await fixture.store.fail { $0.replacedInbox.isEmpty && $0.deadLetters.isEmpty ? .failed(reason: "23514") : nil }
    let batches = try await fixture.run(message)
    await fixture.store.fail { _ in nil }
    #expect(batches.types == ["workspace.create_root.failed"])
    return batches.results[0]
  }

  private func replayed(_ message: CommandMessage, _ reference: ReplayReference? = nil) -> CommandMessage {
    message.with { properties in
      var headers = HeaderTable()
      headers.append(ReplayReference.header, (reference ?? self.reference).text)
      properties.headers = headers
    }
  }

  @Test(arguments: [false, true])
  func `a repetition of a dead letter gets the same bytes, and is not executed`(isRedelivered: Bool) async throws {
    let failed = try await bury(.createRoot("r", id: 1))
    let again = try await fixture.run([.createRoot("r", id: 1)], isRedelivered: isRedelivered)
    #expect(again.results.map(\.body) == [failed.body] && again.events.isEmpty)
    #expect(again.settled.count == 1 && again.announcements.isEmpty)
    #expect(await fixture.letters.count == 1)
    #expect(try await fixture.run(CommandMessage("c", "list", id: "r")).types == ["workspace.list.rejected"])
  }

  @Test func `a second copy in the same line gets the same bytes as the first when that is dead-lettered`() async throws
  {
    var policy = ParkingPolicy()
    policy.retries = RetrySchedule([.zero])
    let fixture = ExecutorFixture(parking: policy)
    await fixture.store.fail { $0.inbox.contains { !$0.isFailure } ? .failed(reason: "23514") : nil }
    let root = CommandMessage.createRoot("r", id: 1)
    try await fixture.run(root, root)
    let results = try await fixture.advanceDueLine().results
    #expect(results.count == 2 && results[0].body == results[1].body)
    #expect(await fixture.letters.map(\.reason) == ["unexpected_failure"])
    await fixture.store.fail { _ in nil }
    #expect(try await fixture.run(root).results.map(\.body) == [results[0].body])
  }

  @Test func `the replay of a letter is executed, and its answer replaces the failure`() async throws {
    _ = try await bury(.createRoot("r", id: 1))
    await fixture.store.beginReplay(reference, of: key("r"))
    let replay = try await fixture.run(replayed(.createRoot("r", id: 1)))
    #expect(replay.types == ["workspace.create_root.succeeded"] && replay.events.count == 1)
    #expect(await fixture.store.commits.last?.replacedInbox.map(\.key.id) == ["r"])
    let again = try await fixture.run(.createRoot("r", id: 1), replayed(.createRoot("r", id: 1)))
    #expect(again.results.map(\.body) == [replay.results[0].body, replay.results[0].body] && again.events.isEmpty)
    let redelivered = try await fixture.run([replayed(.createRoot("r", id: 1))], isRedelivered: true)
    #expect(redelivered.results.map(\.body) == [replay.results[0].body])
  }

  @Test func `what replaces a letter is executed again, too, but only that`() async throws {
    let failed = try await bury(.createRoot("r", id: 1))
    let body = CommandMessage.createRoot("r", id: 1).body
    await fixture.store.beginReplay(reference, of: .correction(Array(SHA256.hash(data: body + [0x20]))))
    #expect(try await fixture.run(replayed(.createRoot("r", id: 1))).results.map(\.body) == [failed.body])
    await fixture.store.beginReplay(reference, of: .correction(Array(SHA256.hash(data: body))))
    let replay = try await fixture.run(replayed(.createRoot("r", id: 1)))
    #expect(replay.types == ["workspace.create_root.succeeded"] && replay.events.count == 1)
  }

  @Test func `a replay that fails again has its failure remembered, and its own redelivery changes nothing`()
    async throws
  {
    let first = try await bury(.createRoot("r", id: 1))
    await fixture.store.beginReplay(reference, of: key("r"))
    await fixture.store.fail { $0.deadLetters.isEmpty ? .failed(reason: "23514") : nil }
    let replay = try await fixture.run(replayed(.createRoot("r", id: 1)))
    #expect(replay.types == ["workspace.create_root.failed"] && replay.results[0].body != first.body)
    await fixture.store.fail { _ in nil }
    for isRedelivered in [true, false] {
      let again = try await fixture.run([replayed(.createRoot("r", id: 1))], isRedelivered: isRedelivered)
      #expect(again.results.map(\.body) == [replay.results[0].body] && again.events.isEmpty)
    }
    #expect(await fixture.letters.map(\.replayOf) == [nil, .sample(2)])
  }

  @Test func `a header of no plan, or of another command, changes nothing`() async throws {
    let failed = try await bury(.createRoot("r", id: 1))
    await fixture.store.beginReplay(reference, of: key("other"))
    await fixture.store.beginReplay(.init(plan: .sample(3), letter: .sample(3)), of: key("r", tenant: 2))
    for reference in [
      reference, .init(plan: .sample(3), letter: .sample(3)), .init(plan: .sample(9), letter: .sample(9)),
    ] {
      let batches = try await fixture.run(replayed(.createRoot("r", id: 1), reference))
      #expect(batches.results.map(\.body) == [failed.body] && batches.events.isEmpty)
    }
  }

  @Test func `an answer other than a failure is never replaced`() async throws {
    let first = try await fixture.run(.createRoot("r", id: 1), .createRoot("r2", id: 2))
    await fixture.store.beginReplay(reference, of: key("r2"))
    #expect(try await fixture.run(replayed(.createRoot("r2", id: 2))).results.map(\.body) == [first.results[1].body])
  }

  @Test func `a dead-letter verdict on an answered command repeats that answer, without a letter`() async throws {
    let first = try await fixture.run(.createRoot("r", id: 1))
    let verdict = Verdict.deadLetter(.crashLoop, error: nil, attempts: .init(count: 3, first: .sample))
    let messages = fixture.received([.createRoot("r", id: 1)], isRedelivered: true).map { $0.decided(verdict) }
    var batches: [CommittedBatch] = []
    try await fixture.committer.carryOut(Assignment(messages)) { batches.append($0) }
    #expect(batches.results.map(\.body) == [first.results[0].body])
    #expect(await fixture.letters.isEmpty)
  }

  @Test func `a forbidden sender does not use up a command's key`() async throws {
    let access = AccessList([])
    let decoder = CommandDecoder(access: access)
    let message = ReceivedMessage(CommandMessage.createRoot("r", id: 1).delivery(99), decoder: decoder)
    var batches: [CommittedBatch] = []
    try await fixture.committer.carryOut(Assignment([message])) { batches.append($0) }
    #expect(batches.types == ["workspace.create_root.failed"])
    #expect(try await fixture.run(.createRoot("r", id: 1)).types == ["workspace.create_root.succeeded"])
  }

  @Test func `a letter says when its command was executed, if it was`() async throws {
    try await fixture.run(.createRoot("r", id: 1))
    let message = ReceivedMessage(
      CommandMessage.createRoot("r", id: 1).delivery(99), decoder: CommandDecoder(access: AccessList([])))
    try await fixture.committer.carryOut(Assignment([message])) { _ in }
    try await fixture.run(CommandMessage("x", "nonsense"))
    #expect(await fixture.letters.map(\.answeredAt) == [.sample, nil])
  }
}
