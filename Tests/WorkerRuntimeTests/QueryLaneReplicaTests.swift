import Coordination
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication

/// Which server the query lane asks, and for how long it waits.
@Suite(.timeLimit(.minutes(10))) struct QueryLaneReplicaTests {
  @Test func `a query that requires a sequence is answered once the replica has it`() async throws {
    let fixture = QueryLaneFixture(replica: 3, primary: 9)
    try await fixture.run {
      fixture.ask("old", minimum: "5")
      fixture.ask("any")
      // A query that waits does not hold up others.
      try await fixture.expect("any workspace.list.succeeded 3")
      try await fixture.acknowledged(1)
      fixture.replica.withLock { $0.sequence = 6 }
      try await fixture.expect("any workspace.list.succeeded 3", "old workspace.list.succeeded 6")
    }
  }

  @Test func `if the replica takes too long, the primary is asked`() async throws {
    let fixture = QueryLaneFixture(replica: 3, primary: 9) { $0.wait = .milliseconds(20) }
    try await fixture.run {
      fixture.ask("q1", minimum: "9")
      fixture.ask("q2", minimum: "10")
      try await fixture.expect("q1 workspace.list.succeeded 9", "q2 workspace.list.rejected 9")
      #expect(Set(fixture.outcomes) == [.succeeded, .rejected(.sequenceNotReached)])
    }
  }

  @Test(arguments: [nil, "9"], [true, false])
  func `if no replica can be reached, or those that can are silent, the primary is asked`(
    minimum: String?, isSilent: Bool
  ) async throws {
    let fixture = QueryLaneFixture(replica: 9, primary: 9, isGateOpen: !isSilent) { $0.wait = .milliseconds(20) }
    if !isSilent { fixture.replica.withLock { $0.failure = .unavailable(reason: "away") } }
    try await fixture.run {
      if isSilent {
        // Both connections to the replica are busy with reads that don't end.
        fixture.ask("silent")
        try await fixture.begun(1)
        fixture.ask("silent, too")
        try await fixture.begun(2)
      }
      fixture.ask("q1", tenants: [2], minimum: minimum)
      try await fixture.expect("q1 workspace.list.succeeded 9")
      fixture.gate.raise()
      fixture.replica.withLock { $0.failure = nil }
    }
  }

  @Test(arguments: [(3, "rejected 3"), (4, "succeeded 4")])
  func `a server that follows no other is not waited for, but the one that commands use decides`(
    primary: Int64, answer: String
  ) async throws {
    let fixture = QueryLaneFixture(replica: 3, primary: primary, origin: .primary)
    try await fixture.run {
      fixture.ask("q1", minimum: "4")
      try await fixture.expect("q1 workspace.list.\(answer)")
    }
  }

  @Test func `without a replica the primary is connected to in advance, and queries count as answered`() async throws {
    let fixture = QueryLaneFixture { $0.primaryPoolSize = 1 }
    fixture.replica.withLock { $0.isAway = true }
    fixture.primary.withLock { $0.isAway = true }
    try await fixture.run {
      // It needs no answer, but shows that messages are consumed.
      fixture.ask("q1", replyTo: nil)
      try await fixture.acknowledged(1)
      try await fixture.refused(.primary, 2)
      #expect(fixture.status.problem == "no replica; the primary: no primary")
      fixture.primary.withLock { $0.isAway = false }
      try await fixture.connected(.primary)
      #expect(fixture.status.problem == nil)
      #expect(fixture.status.summary.hasPrefix("answered by the primary"))
      fixture.replica.withLock { $0.isAway = false }
      try await fixture.connected(.replica)
      #expect(fixture.status.summary == "answered")
    }
  }

  @Test func `the lag that a replica has reported ends with its connection`() async throws {
    let fixture = QueryLaneFixture(replica: 3, origin: .replica(lag: .seconds(5))) { $0.poolSize = 1 }
    try await fixture.run {
      fixture.ask("q1")
      try await fixture.expect("q1 workspace.list.succeeded 3")
      #expect(fixture.status.lag == Duration.seconds(5))
      fixture.replica.withLock { $0.failure = .unavailable(reason: "away") }
      fixture.ask("q2")
      // The second connection is opened when the first one has ended.
      try await fixture.connected(.replica, 2)
      #expect(fixture.status.lag == nil)
      fixture.replica.withLock { $0.failure = nil }
      try await fixture.expect("q1 workspace.list.succeeded 3", "q2 workspace.list.succeeded 3")
    }
  }

  @Test func `a primary that answers in place of a replica has no lag`() async throws {
    let fixture = QueryLaneFixture(replica: 3, origin: .replica(lag: .seconds(5)))
    try await fixture.run {
      fixture.ask("q1")
      try await fixture.expect("q1 workspace.list.succeeded 3")
      fixture.replica.withLock { $0.origin = .primary }
      fixture.ask("q2")
      try await fixture.expect("q1 workspace.list.succeeded 3", "q2 workspace.list.succeeded 3")
      #expect(fixture.status.lag == nil)
    }
  }
}
