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

  private func run(
    _ outbox: FakeRelationshipOutbox, to replica: FakeReplica, _ test: @Sendable () async throws -> Void
  ) async throws {
    let replicator = RelationshipReplicator(to: replica, pulse: pulse, probe: probe, logger: ExecutorFixture.silent) {
      outbox.connect()
    }
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
      (.connecting(missing: MissingConditions(.authorization, "away")), true),
      (.connecting(missing: MissingConditions(.broker, "away")), false), (.standby, false), (.stopped, false),
    ] as [(WorkerStatus.Phase, Bool)])
  func `it runs as long as a decision may wait for it`(phase: WorkerStatus.Phase, isWanted: Bool) {
    status.change(to: phase)
    let replicator = RelationshipReplicator(to: FakeReplica(), probe: probe, logger: ExecutorFixture.silent) {
      FakeRelationshipOutbox([]).connect()
    }
    #expect(replicator.isWanted(by: status) == isWanted)
  }

  @Test func `a replicator without the turn writes nothing`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)], isTaken: true)
    let replica = FakeReplica()
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.closures.wait { !$0.isEmpty } }
    #expect(replica.writes.entries.isEmpty)
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

  @Test func `a change that was applied but not recorded is applied again`() async throws {
    let outbox = FakeRelationshipOutbox([Self.entry(1, 1, 2)], markFailures: 1)
    let replica = FakeReplica()
    status.change(to: .active)
    try await run(outbox, to: replica) { try await outbox.marks.wait { !$0.isEmpty } }
    #expect(replica.writes.entries == [[.added(Self.relationship(2))], [.added(Self.relationship(2))]])
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
