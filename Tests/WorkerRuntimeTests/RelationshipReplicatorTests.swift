import Coordination
import ServiceLifecycleTestKit
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@testable import WorkerRuntime

@Suite(.timeLimit(.minutes(10))) struct RelationshipReplicatorTests {
  private let status = WorkerStatus()
  private let probe = ReplicationJournal()
  private let pulse = ReplicationPulse()

  private static func relationship(_ number: UInt64) -> Relationship { .parent(.sample(1), of: .sample(number)) }

  private static func entry(_ id: Int64, _ tenant: UInt64, _ number: UInt64) -> RelationshipEntry {
    RelationshipEntry(
      id: id, commit: RelationshipCommit(tenantID: .sample(tenant), changes: [.added(relationship(number))]))
  }

  /// - Parameter settling: endless by default.
  private func run(
    _ outbox: FakeRelationshipOutbox, to replica: FakeReplica, settling: Duration = .seconds(3600),
    _ test: @Sendable () async throws -> Void
  ) async throws {
    let replicator = RelationshipReplicator(
      to: replica, pulse: pulse, probe: probe, logger: ExecutorFixture.silent, settling: settling
    ) { outbox.connect() }
    let maintenance = Maintenance(
      [replicator], for: status,
      reconnecting: Reconnecting(Backoff(shortest: .milliseconds(1), longest: .milliseconds(1))))
    try await testGracefulShutdown { trigger in
      async let running: Void = maintenance.run()
      try await test()
      trigger.triggerGracefulShutdown()
      try await running
    }
  }

  @Test func `all pending changes are applied, and each tenant's progress is recorded`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2), Self.entry(2, 1, 3), Self.entry(3, 1, 4)])
    let replica = FakeReplica()
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.marks.wait { !$0.isEmpty } }
    #expect(replica.writes.entries.flatMap { $0 } == (2...4).map { .added(Self.relationship($0)) })
    #expect(outbox.marks.entries == [ReplicationMark(tenantID: .sample(1), id: 3, token: "token 3")])
    #expect(outbox.ids == [])
    #expect(probe.changes == 3)
  }

  @Test func `a worker that is not active leaves the outbox alone`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)])
    let replica = FakeReplica()
    status.change(to: .standby)
    try await run(outbox, to: replica) {
      for _ in 1...100 { await Task.yield() }
      #expect(replica.writes.entries.isEmpty)
      status.change(to: .active)
      try await outbox.marks.wait { !$0.isEmpty }
    }
  }

  @Test(
    arguments: [
      (.active, true), (.recovering, true), (.draining, true),
      (.connecting(missing: MissingConditions(.authorization, "away")), false),
      (.connecting(missing: MissingConditions(.broker, "away")), false), (.standby, false), (.stopped, false),
    ] as [(WorkerStatus.Phase, Bool)])
  func `it runs as long as a decision may wait for it`(phase: WorkerStatus.Phase, isWanted: Bool) {
    status.change(to: phase)
    let replicator = RelationshipReplicator(to: FakeReplica(), probe: probe, logger: ExecutorFixture.silent) {
      FakeRelationshipOutbox([]).connect()
    }
    #expect(replicator.isWanted(by: status) == isWanted)
  }

  @Test func `a worker that can't begin because replication has failed keeps the turn until that is over`() async throws
  {
    let outbox = FakeRelationshipOutbox([])
    pulse.failed(ReplicaError(.unavailable, "away"))
    let beat = pulse.beat
    status.change(to: .connecting(missing: MissingConditions(.authorization, "away")))
    try await run(outbox, to: FakeReplica()) { try await outbox.closures.wait { !$0.isEmpty } }
    #expect(outbox.steps.entries == [.tookTurn, .read], "for one page")
    #expect(pulse.failure == nil && beat.isRaised, "the worker is told")
  }

  @Test func `a worker that can't reach the replica leaves the turn to others`() async throws {
    let outbox = FakeRelationshipOutbox([])
    status.change(to: .connecting(missing: MissingConditions(.authorization, "away")))
    try await run(outbox, to: FakeReplica()) {
      for _ in 1...100 { await Task.yield() }
      #expect(outbox.steps.entries.isEmpty)
      status.change(to: .active)
      try await outbox.steps.wait { !$0.isEmpty }
    }
  }

  @Test func `a replicator without the turn writes nothing`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)], isTaken: true)
    let replica = FakeReplica()
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.closures.wait { !$0.isEmpty } }
    #expect(replica.writes.entries.isEmpty)
  }

  @Test func `when the turn is lost, writes under way are cancelled, and no more begin`() async throws {
    let outbox = FakeRelationshipOutbox((1...20 as ClosedRange<UInt64>).map { Self.entry(Int64($0), $0, $0 + 100) })
    let replica = FakeReplica()
    replica.gate.close()
    status.change(to: .active)
    try await run(outbox, to: replica) {
      try await replica.begun.wait { $0.count == RelationshipReplicator.concurrency }
      outbox.loseTurn()
      try await outbox.closures.wait { !$0.isEmpty }
    }
    #expect(replica.begun.entries.count == RelationshipReplicator.concurrency)
    #expect(replica.cancelled.entries.count == RelationshipReplicator.concurrency)
    #expect(replica.writes.entries.isEmpty && outbox.marks.entries.isEmpty)
    #expect(!outbox.steps.entries.contains(.endedWriting), "their effect is unknown")
  }

  @Test func `writes that a shutdown cuts short are not reported to have ended`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)])
    let replica = FakeReplica()
    replica.gate.close()
    status.change(to: .active)
    try await run(outbox, to: replica) { try await replica.begun.wait { !$0.isEmpty } }
    #expect(replica.cancelled.entries.count == 1)
    #expect(!outbox.steps.entries.contains(.endedWriting))
  }

  @Test func `a replicator that was handed the turn writes at once, and hands it over in turn`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2), Self.entry(2, 2, 3)])
    status.change(to: .active)
    try await run(outbox, to: FakeReplica()) { try await outbox.marks.wait { $0.count == 2 } }
    #expect(Array(outbox.steps.entries.prefix(3)) == [.tookTurn, .read, .beganWriting])
    #expect(outbox.steps.entries.last == .endedWriting)
  }

  @Test func `a replicator whose predecessor did not hand over waits before its first write`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)], isHandedOver: false)
    let replica = FakeReplica()
    status.change(to: .active)
    try await run(outbox, to: replica) {
      try await outbox.steps.wait { $0.contains(.beganWriting) }
      for _ in 1...100 { await Task.yield() }
    }
    #expect(replica.begun.entries.isEmpty)
    #expect(outbox.steps.entries == [.tookTurn, .read, .beganWriting], "nor does it hand over before that")
  }

  @Test func `after that wait the outbox is read again, for the turn may be lost by then`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)], isHandedOver: false)
    let replica = FakeReplica()
    status.change(to: .active)
    try await run(outbox, to: replica, settling: .milliseconds(1)) { try await outbox.marks.wait { !$0.isEmpty } }
    #expect(Array(outbox.steps.entries.prefix(4)) == [.tookTurn, .read, .beganWriting, .read])
    #expect(replica.writes.entries.count == 1)
  }

  @Test func `a replicator with nothing to write does not wait, and has nothing to hand over`() async throws {
    let outbox = FakeRelationshipOutbox([], isHandedOver: false)
    status.change(to: .active)
    try await run(outbox, to: FakeReplica()) {
      try await outbox.steps.wait { steps in steps.count { $0 == .read } >= 2 }
    }
    #expect(outbox.steps.entries.allSatisfy { $0 == .tookTurn || $0 == .read })
  }

  @Test func `a tenant with an entry that can't be read delays nobody else`() async throws {
    let outbox = FakeRelationshipOutbox(
      [Self.entry(1, 1, 2), Self.entry(2, 2, 3)], unreadable: [.sample(1): "row 1 is damaged"])
    status.change(to: .active)
    try await run(outbox, to: FakeReplica()) { try await outbox.marks.wait { !$0.isEmpty } }
    #expect(outbox.ids == [1])
    #expect(pulse.refused == [.sample(1)], "waiting decisions are told")
    #expect(!probe.failures.isEmpty && probe.failures.allSatisfy { $0 == .refused })
  }

  @Test func `an unavailable replica is retried, with the same write`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2), Self.entry(2, 1, 3)])
    let replica = FakeReplica(failures: [
      ReplicaError(.unavailable, "away"), ReplicaError(.misconfigured, "no schema"), ReplicaError(.unavailable, "away"),
    ])
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.marks.wait { !$0.isEmpty } }
    #expect(replica.writes.entries.flatMap { $0 } == [.added(Self.relationship(2)), .added(Self.relationship(3))])
    #expect(probe.failures == [.unavailable, .misconfigured, .unavailable])
  }

  @Test(arguments: [false, true])
  func `a turn is not handed over after a write that may still take effect`(leavesOutcomeOpen: Bool) async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)])
    let replica = FakeReplica(failures: [
      ReplicaError(.unavailable, "silent", leavesOutcomeOpen: leavesOutcomeOpen)
    ])
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.marks.wait { !$0.isEmpty } }
    let first = outbox.steps.entries.dropFirst().prefix { $0 != .tookTurn }
    #expect(first.contains(.beganWriting) && first.contains(.endedWriting) != leavesOutcomeOpen)
  }

  @Test func `a change that was applied but not recorded is applied again`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)], markFailures: 1)
    let replica = FakeReplica()
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.marks.wait { !$0.isEmpty } }
    #expect(replica.writes.entries == [[.added(Self.relationship(2))], [.added(Self.relationship(2))]])
  }

  /// A decision waits as long as the replicator is heard to make progress.
  @Test func `a replicator that can't record anything is not heard`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)], markFailures: .max)
    status.change(to: .active)
    let beat = pulse.beat
    try await run(outbox, to: FakeReplica()) {
      try await outbox.steps.wait { steps in steps.count { $0 == .tookTurn } >= 3 }
    }
    #expect(!beat.isRaised)
  }

  @Test func `a tenant whose write is refused delays nobody else`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2), Self.entry(2, 1, 3), Self.entry(3, 2, 4)])
    let replica = FakeReplica(refusing: Self.relationship(2))
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.marks.wait { !$0.isEmpty } }
    #expect(replica.writes.entries == [[.added(Self.relationship(4))]])
    #expect(outbox.ids == [1, 2], "in order, or not at all")
    #expect(pulse.refused == [.sample(1)], "waiting decisions are told")
    // It is tried again in a while, which has passed by now where the machine is busy.
    #expect(!probe.failures.isEmpty && probe.failures.allSatisfy { $0 == .refused })
  }
}

/// A replicator's reports.
private final class ReplicationJournal: WorkerProbe {
  private let observations = Journal<WorkerObservation>()

  var changes: Int {
    observations.entries.reduce(0) { count, observation in
      if case .relationshipsReplicated(let changes) = observation { count + changes } else { count }
    }
  }

  var failures: [ReplicaError.Kind] {
    observations.entries.compactMap { if case .replicationFailed(let kind) = $0 { kind } else { nil } }
  }

  func observe(_ observation: WorkerObservation) { observations.note(observation) }
}
