import Messaging
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// Batches with user commands whose permissions are decided elsewhere, before the transaction.
@Suite struct GivenDecisionsTests {
  /// A tenant of "boss": root 1, with 2 and 3 below it, created by the system.
  private static let founding: [CommandMessage] = [
    .by("boss", .createRoot("r", id: 1)), .create("a", "a", below: 1, id: 2), .create("b", "b", below: 1, id: 3),
  ]

  private static func founded(_ decider: FakeDecider, store: FakeStore = FakeStore()) async throws -> ExecutorFixture {
    let fixture = ExecutorFixture(store: store, decider: decider)
    try await fixture.run(founding)
    return fixture
  }

  /// The labels of the commands of each transaction since the founding.
  private static func transactions(_ fixture: ExecutorFixture) -> [[String]] {
    fixture.store.journal.entries.dropFirst().compactMap { if case .committed(let labels) = $0 { labels } else { nil } }
  }

  @Test func `commands that change no relationships are decided together, in one call`() async throws {
    let decider = FakeDecider()
    let fixture = try await Self.founded(decider)
    try await fixture.run(
      .by("ann", .get("g", 2)), .by("ann", .rename("n", 2, to: "x")), .by("bob", .rename("m", 3, to: "y")),
      .by("ann", .get("h", 2)))
    #expect(Self.transactions(fixture) == [["g", "n", "m", "h"]])
    #expect(decider.asked.entries == [1, 4], "each question is asked once")
  }

  @Test func `outcomes follow the decisions, and invisible objects read as missing`() async throws {
    let decider = FakeDecider { question in
      switch question.userID.text {
      case "boss": true
      case "ann": question.permission == .view
      default: false
      }
    }
    let fixture = try await Self.founded(decider)
    let batches = try await fixture.run(
      .by("ann", .get("g", 2)), .by("ann", .rename("n", 2, to: "x")), .by("bob", .rename("m", 3, to: "y")))
    #expect(batches.results.compactMap { $0.member("code") } == ["permission_denied", "workspace_not_found"])
  }

  @Test func `a batch is split where a check follows a relationship change of the same tenant`() async throws {
    let decider = FakeDecider()
    let fixture = try await Self.founded(decider)
    try await fixture.run(
      .by("ann", .get("g", 2)), .create("c", "c", below: 1, id: 4), .rename("system", 4, to: "z"),
      .by("ann", .get("h", 2)), .by("ann", .delete("d", 3)), .by("ann", .get("i", 2)))
    #expect(Self.transactions(fixture) == [["g", "c", "system"], ["h", "d"], ["i"]])
    #expect(await fixture.letters.isEmpty)
  }

  @Test func `changes of other tenants split nothing`() async throws {
    let fixture = try await Self.founded(FakeDecider())
    try await fixture.run(
      .by("ann", .createRoot("r2", id: 21, tenant: 2)), .by("ann", .get("g", 2)),
      .by("ann", .createRoot("r3", id: 31, tenant: 3)), .by("ann", .get("h", 2)))
    #expect(Self.transactions(fixture) == [["r2", "g", "r3", "h"]])
  }

  /// Each creation is decided on what the one before it has changed: few reads are in vain.
  @Test func `a long chain of checked changes costs few more reads than it has commands`() async throws {
    let decider = FakeDecider()
    let fixture = try await Self.founded(decider)
    let labels = (1...128).map { "\($0)" }
    try await fixture.run(labels.map { .by("ann", .create($0, "w\($0)", below: 1, id: 100 + (UInt64($0) ?? 0))) })
    #expect(Self.transactions(fixture) == labels.map { [$0] })
    #expect(await fixture.store.begun < 3 * 128)
    #expect(decider.asked.entries.count < 3 * 128)
  }

  @Test func `commands without a user, or without enforcement, are not sent for a decision`() async throws {
    let decider = FakeDecider()
    let fixture = ExecutorFixture(decider: decider)
    try await fixture.run(.createRoot("r", id: 1), .create("a", "a", below: 1, id: 2), .rename("n", 2, to: "x"))
    #expect(decider.asked.entries == [0])
  }

  @Test func `decisions on a state that another writer changed before the lock are repeated`() async throws {
    let store = FakeStore()
    let intruder = ExecutorFixture(store: store, process: 2, identifiersAfter: 1 << 41)
    let visits = Mutex(0)
    let decider = FakeDecider(meanwhile: {
      let visit = visits.withLock { visits in
        visits += 1
        return visits
      }
      if visit == 2 { try await intruder.run(.create("other", "other", below: 1, id: 9)) }
    })
    let fixture = try await Self.founded(decider, store: store)
    let batches = try await fixture.run(.by("ann", .get("g", 2)))
    #expect(batches.types == ["workspace.get.succeeded"])
    #expect(decider.asked.entries == [1, 1, 1], "once for the founding, twice for the query")
    #expect(await store.rollbacks == 1)
  }

  @Test func `losing that race repeatedly costs no command an attempt`() async throws {
    let store = FakeStore()
    let intruder = ExecutorFixture(store: store, process: 2, identifiersAfter: 1 << 41)
    let visits = Mutex<UInt64>(0)
    let decider = FakeDecider(meanwhile: {
      let visit = visits.withLock { visits in
        visits += 1
        return visits
      }
      if visit > 1 { try await intruder.run(.create("other \(visit)", "other \(visit)", below: 1, id: 100 + visit)) }
    })
    let fixture = try await Self.founded(decider, store: store)
    await #expect(throws: UnitOfWorkError.conflict(constraint: nil)) {
      try await fixture.run(.by("ann", .get("g", 2)))
    }
    #expect(await fixture.letters.isEmpty)
    #expect(await store.commits.allSatisfy { $0.parked.isEmpty })
  }

  @Test func `a command that can't be decided fails alone`() async throws {
    let decider = FakeDecider { $0.userID.text == "ann" ? nil : true }
    let fixture = try await Self.founded(decider)
    let batches = try await fixture.run(
      .by("bob", .get("g", 2)), .by("ann", .get("h", 2)), .get("s", 2), .by("bob", .rename("n", 3, to: "x"))
    )
    #expect(
      batches.types == [
        "workspace.get.succeeded", "workspace.get.failed", "workspace.get.succeeded", "workspace.rename.succeeded",
      ])
    #expect(await fixture.letters.map(\.subject.commandID) == ["h"])
  }

  @Test func `questions that can't be decided while others can cost only their own commands an attempt`() async throws {
    let fixture = ExecutorFixture(deadline: .seconds(3600), decider: FakeDecider(undecidable: .sample(2)))
    let batches = try await fixture.run(
      .by("ann", .createRoot("r1", id: 11, tenant: 1)), .by("bob", .createRoot("r2", id: 21, tenant: 2)),
      .by("ann", .get("g1", 11)), .by("bob", .get("g2", 21, tenant: 2)),
      .by("eve", .createRoot("r3", id: 31, tenant: 3)))
    #expect(
      batches.types == [
        "workspace.create_root.succeeded", "workspace.create_root.failed", "workspace.get.succeeded",
        "workspace.get.failed", "workspace.create_root.succeeded",
      ])
    #expect(await fixture.letters.map(\.subject.commandID) == ["r2", "g2"])
  }

  @Test func `after the deadline the service is to blame, and each session commits something`() async throws {
    let fixture = ExecutorFixture(deadline: .zero, decider: FakeDecider(undecidable: .sample(2)))
    let all: [CommandMessage] = [
      .by("ann", .createRoot("r1", id: 11, tenant: 1)), .by("bob", .createRoot("r2", id: 21, tenant: 2)),
      .by("eve", .createRoot("r3", id: 31, tenant: 3)), .by("bob", .get("g2", 21, tenant: 2)),
    ]
    for rest in [all, Array(all.dropFirst()), Array(all.dropFirst(2))] {
      let error = await #expect(throws: ReplicaError.self) { try await fixture.run(rest) }
      #expect(error?.kind == .unavailable)
    }
    try await fixture.run(Array(all.dropFirst(3)))
    #expect(Self.transactions(fixture).flatMap(\.self) == ["r2", "r3", "g2"], "after r1")
  }

  @Test func `nothing is decided for commands that have to join a line`() async throws {
    var parking = ParkingPolicy()
    parking.retries = RetrySchedule(Array(repeating: .seconds(3600), count: 3))
    let fixture = ExecutorFixture(parking: parking, decider: FakeDecider(undecidable: .sample(2)))
    try await fixture.run(.by("bob", .createRoot("r2", id: 21, tenant: 2)))
    let begun = await fixture.store.begun
    let batches = try await fixture.run(
      .by("bob", .get("g2", 21, tenant: 2)), .by("ann", .createRoot("r1", id: 11, tenant: 1)))
    #expect(batches.types == ["workspace.create_root.succeeded"])
    #expect(await fixture.store.begun == begun + 1)
  }

  @Test(arguments: ReplicaError.Kind.allCases)
  func `an error of the decider begins no transaction, and costs no attempt`(kind: ReplicaError.Kind) async throws {
    let trouble = ReplicaError(kind, "away")
    let fixture = ExecutorFixture(decider: FakeDecider(troubles: [trouble, trouble]))
    await #expect(throws: trouble) { try await fixture.run(Self.founding) }
    await #expect(throws: trouble) { try await fixture.run(Self.founding) }
    #expect(await fixture.store.begun == 0)
    let batches = try await fixture.run(Self.founding)
    #expect(
      batches.types == ["workspace.create_root.succeeded", "workspace.create.succeeded", "workspace.create.succeeded"])
    #expect(await fixture.letters.isEmpty)
    #expect(await fixture.store.commits.allSatisfy { $0.parked.isEmpty })
  }

  @Test func `while the decider is unavailable the worker is not ready and says why; then it continues`() async throws {
    let trouble = ReplicaError(.unavailable, "SpiceDB can't be reached")
    let fixture = WorkerFixture(decider: FakeDecider(troubles: [trouble, trouble]))
    let phases = Journal<[Condition: String]>()
    for message in Self.founding { fixture.broker.enqueue(message) }
    let watching = Task { for await phase in fixture.status.phases { phases.note(phase.missing.reasons) } }
    try await fixture.run { _ in
      try await fixture.journal.wait { Set($0.acknowledged) == ["r", "a", "b"] }
      try await fixture.status.wait(until: \.isReady)
    }
    watching.cancel()
    #expect(phases.entries.contains([.authorization: "SpiceDB can't be reached"]))
    // Two end when they have to decide, and the last one works. The check that fails after each of the two keeps a
    // session from beginning, unless it comes while the one before still ends.
    #expect((3...5).contains(fixture.broker.sessions))
    #expect(!fixture.broker.published.contains { $0.exchange == "dead" })
  }
}
