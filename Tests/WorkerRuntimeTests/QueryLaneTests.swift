import Coordination
import MessageContract
import Messaging
import ServiceLifecycleTestKit
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// The query lane between a fake queue and fake servers.
@Suite(.timeLimit(.minutes(10))) struct QueryLaneTests {
  @Test
  func `a query is answered at its reply address, with the sequence of the answer, and then acknowledged`()
    async throws
  {
    let fixture = QueryLaneFixture(replica: 7)
    try await fixture.run {
      fixture.ask("q1")
      try await fixture.expect("q1 workspace.list.succeeded 7")
      try await fixture.acknowledged(1)
      #expect(fixture.outcomes == [.succeeded])
    }
  }

  @Test func `queries without a reply address are dropped`() async throws {
    let fixture = QueryLaneFixture()
    try await fixture.run {
      fixture.ask("q1", replyTo: nil)
      fixture.ask("q2")
      try await fixture.expect("q2 workspace.list.succeeded 0")
      try await fixture.acknowledged(2)
      #expect(Set(fixture.outcomes) == [.unaddressed, .succeeded])
    }
  }

  @Test func `a message that is not a query becomes a dead letter, and its sender is told`() async throws {
    let fixture = QueryLaneFixture()
    try await fixture.run {
      fixture.ask("q1", type: "workspace.delete")
      try await fixture.expect("q1 workspace.delete.failed -")
      try await fixture.acknowledged(1)
      #expect(fixture.letters.map(\.reason) == ["unknown_command_type"])
      #expect(fixture.letters.map(\.queue) == ["/queries"])
      #expect(fixture.outcomes == [.deadLettered(.unknownCommandType)])
    }
  }

  @Test(arguments: 0...2)
  func `a redelivered query is answered as long as it has crashed fewer than three processes`(deaths: Int) async throws
  {
    let fixture = QueryLaneFixture()
    fixture.kill(deaths, by: "q1")
    try await fixture.run {
      fixture.ask("q1", isRedelivered: true)
      try await fixture.expect("q1 workspace.list.succeeded 0")
      try await fixture.acknowledged(1)
    }
  }

  @Test(arguments: [true, false])
  func `after three crashes a query is a dead letter, and its neighbours are answered`(
    isDecodable: Bool
  ) async throws {
    let fixture = QueryLaneFixture()
    fixture.kill(3, by: "bad", decoded: isDecodable)
    try await fixture.run {
      fixture.ask("bad", "good", isRedelivered: true)
      // A query that has killed processes while being decoded is not decoded again, not even for its type.
      try await fixture.expect(
        "good workspace.list.succeeded 0", isDecodable ? "bad workspace.list.failed -" : " command.failed -")
      try await fixture.acknowledged(2)
      #expect(fixture.letters.map(\.reason) == ["crash_loop"] && fixture.letters.map(\.attempts.count) == [3])
      #expect(fixture.letters.map(\.subject.commandID) == [isDecodable ? "bad" : nil])
      #expect(Set(fixture.outcomes) == [.succeeded, .deadLettered(.crashLoop)])
    }
  }

  @Test(arguments: [true, false])
  func `a message that the ledger takes too long to record is dropped, and counted once`(isRedelivered: Bool)
    async throws
  {
    let fixture = QueryLaneFixture(isLedgerOpen: false)
    try await fixture.run {
      fixture.ask(
        "late", type: isRedelivered ? "workspace.list" : "workspace.delete", expiration: "50",
        isRedelivered: isRedelivered)
      try await fixture.acknowledged(1)
      fixture.ledger.raise()
      fixture.ask("next", type: "workspace.delete")
      try await fixture.expect("next workspace.delete.failed -")
      #expect(fixture.outcomes == [.expired, .deadLettered(.unknownCommandType)])
    }
  }

  @Test(arguments: [nil, UnitOfWorkError.failed(reason: "a defect")])
  func `a query that expires while it is read is dropped, whether it could be answered or not`(
    failure: UnitOfWorkError?
  ) async throws {
    let fixture = QueryLaneFixture(isGateOpen: false)
    fixture.replica.withLock { $0.failure = failure }
    try await fixture.run {
      fixture.ask("late", expiration: "1000")
      // The time itself is tested.
      try await Task.sleep(for: .milliseconds(1100))
      fixture.gate.raise()
      try await fixture.acknowledged(1)
      #expect(fixture.outcomes == [.expired])
    }
  }

  @Test func `a query without the user that it needs is told so before its sequence is waited for`() async throws {
    let rules = WorkspaceRules(access: AccessRules(requiresUser: true))
    let fixture = QueryLaneFixture(replica: 3, primary: 3, rules: rules)
    try await fixture.run {
      fixture.ask("q", minimum: "9")
      try await fixture.expect("q workspace.list.rejected 3")
      try await fixture.acknowledged(1)
      #expect(fixture.outcomes == [.rejected(.userRequired)])
      #expect(fixture.awaited.entries.isEmpty, "the replica does not have the sequence")
    }
  }

  @Test func `expired queries are dropped, whether their own time or the general limit is over`() async throws {
    let fixture = QueryLaneFixture { $0.timeout = .seconds(1) }
    fixture.replica.withLock { $0.failure = .unavailable(reason: "away") }
    fixture.primary.withLock { $0.failure = .unavailable(reason: "away") }
    try await fixture.run {
      fixture.ask("short", expiration: "1")
      fixture.ask("long", expiration: "60000")
      try await fixture.acknowledged(2)
      #expect(fixture.outcomes == [.expired, .expired])
    }
  }

  @Test func `a failing query is answered with the failure, and its neighbours normally`() async throws {
    let fixture = QueryLaneFixture()
    fixture.replica.withLock { $0.poison = .sample(13) }
    try await fixture.run {
      fixture.ask("good", "bad", tenants: [1, 13])
      try await fixture.expect("good workspace.list.succeeded 0", "bad workspace.list.failed -")
      #expect(Set(fixture.outcomes) == [.succeeded, .failed])
    }
  }

  @Test func `a lost connection is reopened, and the query is answered`() async throws {
    let fixture = QueryLaneFixture()
    fixture.replica.withLock { $0.failuresLeft = 3 }
    try await fixture.run {
      fixture.ask("q1")
      try await fixture.expect("q1 workspace.list.succeeded 0")
    }
  }

  @Test func `if the connection is lost while queries are read one by one, the remaining ones wait again`()
    async throws
  {
    let fixture = QueryLaneFixture(replica: 7) { $0.poolSize = 1 }
    fixture.replica.withLock {
      $0.poison = .sample(2)
      $0.isLostAfterPoison = true
    }
    try await fixture.run {
      fixture.ask("q1", "q2", "q3", "q4", tenants: [1, 2, 3, 4])
      try await fixture.expect(
        "q1 workspace.list.succeeded 7", "q2 workspace.list.failed -", "q3 workspace.list.succeeded 7",
        "q4 workspace.list.succeeded 7")
      try await fixture.acknowledged(4)
    }
  }

  @Test func `queries that arrive during a round trip are read by the next one, together`() async throws {
    let fixture = QueryLaneFixture(replica: 7, isGateOpen: false) { $0.probeInterval = .seconds(3600) }
    try await fixture.run {
      fixture.ask("slow")
      try await fixture.begun(1)
      for number in 1...5 {
        fixture.ask("q\(number)", tenants: [2])
        try await fixture.taken(1 + number)
      }
      fixture.gate.raise()
      try await fixture.expect(["slow", "q1", "q2", "q3", "q4", "q5"].map { "\($0) workspace.list.succeeded 7" })
    }
    #expect(fixture.reads.entries == [1, 5])
  }

  @Test func `queries beyond one round trip don't wait for the previous one`() async throws {
    let fixture = QueryLaneFixture(replica: 7, isGateOpen: false) {
      $0.probeInterval = .seconds(3600)
      $0.batchCount = 3
    }
    try await fixture.run {
      fixture.ask("slow")
      try await fixture.begun(1)
      fixture.ask("q1", "q2", "q3", tenants: [2])
      try await fixture.expect(["q1", "q2", "q3"].map { "\($0) workspace.list.succeeded 7" })
      fixture.gate.raise()
      try await fixture.expect(["slow", "q1", "q2", "q3"].map { "\($0) workspace.list.succeeded 7" })
    }
  }

  @Test func `a slow round trip delays no other query: another connection joins it`() async throws {
    let fixture = QueryLaneFixture(replica: 7, isGateOpen: false)
    try await fixture.run {
      fixture.ask("slow")
      try await fixture.begun(1)
      fixture.ask("quick", tenants: [2])
      try await fixture.expect("quick workspace.list.succeeded 7")
      fixture.gate.raise()
      try await fixture.expect("quick workspace.list.succeeded 7", "slow workspace.list.succeeded 7")
    }
  }

  @Test func `queries that have arrived are answered before the end`() async throws {
    let fixture = QueryLaneFixture(replica: 1)
    try await testGracefulShutdown { trigger in
      let lane = fixture.makeLane()
      async let running: Void = lane.run()
      fixture.ask("q1", minimum: "2")
      try await fixture.taken()
      trigger.triggerGracefulShutdown()
      fixture.replica.withLock { $0.sequence = 2 }
      try await running
    }
    try await fixture.expect("q1 workspace.list.succeeded 2")
  }
}
