import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

@Suite struct LeaseHolderTests {
  private func holder(_ silence: Duration, awaitsReplication: Bool = false, cluster: String = "rabbit@here")
    -> LeaseHolder
  {
    LeaseHolder(
      session: 42,
      process: .init(host: "db", id: 7, broker: .init(cluster: cluster, address: "there:5672"), since: .sample),
      silence: silence, awaitsReplication: awaitsReplication)
  }

  @Test func `a worker that stands by is ready only while the one that is active is alive`() {
    let status = WorkerStatus(freshness: .seconds(30))
    status.change(to: .standby)
    #expect(status.isReady)
    status.holder = holder(.seconds(30))
    #expect(status.isReady)
    status.holder = holder(.seconds(31))
    #expect(status.missing.reasons[.database]?.contains("process 7 on db (session 42 of the database)") == true)
    status.holder = holder(.seconds(2), awaitsReplication: true)
    #expect(status.isReady)
    status.holder = holder(.seconds(4), awaitsReplication: true)
    #expect(status.missing.reasons[.database]?.contains("SyncRep") == true)
  }

  @Test func `a worker that stands by for one at another broker says so`() async throws {
    let fixture = WorkerFixture()
    fixture.lease.isFree = false
    fixture.lease.other.withLock { $0 = holder(.zero, cluster: "rabbit@there") }
    try await fixture.run { drain in
      while fixture.status.warnings.isEmpty { await Task.yield() }
      #expect(fixture.status.warnings[0].contains("rabbit@there at there:5672"))
      drain()
    }
  }
}

@Suite struct WorkerStatusTests {
  private let status = WorkerStatus()

  @Test func `an obstacle makes a worker that has work not ready, and says why, for as long as it stands`() {
    let obstacle = Obstacle()
    status.watch { obstacle.reason.withLock { $0 } }
    for phase in [WorkerStatus.Phase.active, .recovering] {
      status.change(to: phase)
      obstacle.reason.withLock { $0 = "low on memory" }
      #expect(status.phase == .blocked(missing: MissingConditions(.broker, "low on memory")))
      #expect(!status.isReady)
      obstacle.reason.withLock { $0 = nil }
      #expect(status.phase == phase)
    }
  }

  @Test(arguments: [
    WorkerStatus.Phase.standby, .connecting(missing: MissingConditions(.worker, "a server")), .draining, .stopped,
  ])
  func `an obstacle is nothing to a worker that has no work`(phase: WorkerStatus.Phase) {
    status.watch { "low on memory" }
    status.change(to: phase)
    #expect(status.phase == phase)
  }

  @Test func `an obstacle goes with the session`() {
    status.change(to: .active)
    status.watch { "low on memory" }
    status.watch(nil)
    #expect(status.isReady)
  }

  @Test func `what a look at the broker finds missing stands beside an obstacle, until the next look`() {
    status.watch { "low on memory" }
    status.change(to: .active)
    status.note(MissingConditions(.topology, "no exchange"), queue: nil)
    #expect(status.missing == MissingConditions([.broker: "low on memory", .topology: "no exchange"]))
    status.note(MissingConditions([:]), queue: QueueFigures(messages: 7, consumers: 1))
    #expect(status.missing == MissingConditions(.broker, "low on memory"))
    #expect(status.queue == QueueFigures(messages: 7, consumers: 1))
    status.watch(nil)
    #expect(status.queue == nil && status.isReady)
  }

  @Test func `a connected worker that gives no sign of life is not ready, until it does`() {
    let clock = ManualClock()
    let status = WorkerStatus(freshness: .seconds(30), now: clock.now)
    status.watch { nil }
    for phase in [WorkerStatus.Phase.active, .standby] {
      status.change(to: phase)
      clock.advance(by: .seconds(30))
      #expect(status.isReady)
      clock.advance(by: .seconds(1))
      #expect(status.missing.reasons.keys.contains(.heartbeat))
      status.beat()
      #expect(status.isReady)
    }
    status.change(to: .connecting(missing: MissingConditions(.broker, "away")))
    clock.advance(by: .seconds(31))
    #expect(status.missing == MissingConditions(.broker, "away"), "who is not connected has no heart to beat")
  }

  @Test func `errors tell what is missing, several of them all of it, and none twice`() {
    struct Odd: Error {}
    #expect(MissingConditions(UnitOfWorkError.unavailable(reason: "away")) == MissingConditions(.database, "away"))
    #expect(MissingConditions(Odd()).reasons.keys.first == .worker)
    let all = MissingConditions(all: [
      UnitOfWorkError.unavailable(reason: "away"), MissingConditions(.topology, "no queue"),
      UnitOfWorkError.unavailable(reason: "still away"),
    ])
    #expect(all == MissingConditions([.database: "away", .topology: "no queue"]))
    #expect("\(all)" == "away; no queue")
  }

  @Test func `whoever watches the phases sees where they end, and misses what is over when he looks seldom`()
    async throws
  {
    var phases = status.phases.makeAsyncIterator()
    status.change(to: .standby)
    #expect(try await phases.next() == .standby)
    status.change(to: .recovering)
    status.change(to: .active)
    #expect(try await phases.next() == .active)
    let obstacle = Obstacle()
    status.watch { obstacle.reason.withLock { $0 } }
    #expect(try await phases.next() == .active)
    status.note(MissingConditions(.topology, "no exchange"), queue: nil)
    #expect(try await phases.next() == .blocked(missing: MissingConditions(.topology, "no exchange")))
    obstacle.reason.withLock { $0 = "low on memory" }
    status.note(MissingConditions([:]), queue: nil)
    #expect(try await phases.next() == .blocked(missing: MissingConditions(.broker, "low on memory")))
  }

  @Test func `a wait for a phase ends with it, or with the task`() async throws {
    let task = Task { [status] in try await status.wait { $0.phase == .stopped } }
    async let waiting: Void = status.wait { $0.phase == .active }
    status.change(to: .active)
    try await waiting
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `a worker that drains does not become active again`() {
    status.change(to: .draining)
    status.change(to: .active)
    #expect(status.phase == .draining)
  }
}

private final class Obstacle: Sendable {
  let reason = Mutex<String?>(nil)
}
