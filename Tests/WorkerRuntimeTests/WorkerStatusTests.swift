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

  @Test func `a standby worker is ready only while the active one is alive`() {
    let status = WorkerStatus(freshness: .seconds(30))
    status.change(to: .standby)
    #expect(status.isReady)
    status.holder = holder(.seconds(30))
    #expect(status.isReady)
    status.holder = holder(.seconds(31))
    #expect(status.missing.reasons[.database]?.contains("process 7 on db (database session 42)") == true)
    status.holder = holder(.seconds(2), awaitsReplication: true)
    #expect(status.isReady)
    status.holder = holder(.seconds(4), awaitsReplication: true)
    #expect(status.missing.reasons[.database]?.contains("SyncRep") == true)
  }

  @Test func `a standby for a worker at another broker says so`() async throws {
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

  @Test func `an obstacle makes an active worker not ready, and names the reason, for as long as it lasts`() {
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
  func `an obstacle does not affect a worker that is not active`(phase: WorkerStatus.Phase) {
    status.watch { "low on memory" }
    status.change(to: phase)
    #expect(status.phase == phase)
  }

  @Test func `a standby that lacks the topology is not ready to take over, one without a consumer is`() {
    status.watch { nil }
    status.change(to: .standby)
    status.note(MissingConditions(.consumer, "none"), queue: nil)
    #expect(status.phase == .standby && status.isReady)
    status.note(MissingConditions(.topology, "no exchange"), queue: nil)
    #expect(status.missing == MissingConditions(.topology, "no exchange") && !status.isReady)
    status.note(MissingConditions([:]), queue: nil)
    #expect(status.phase == .standby)
  }

  @Test func `an obstacle ends with the session`() {
    status.change(to: .active)
    status.watch { "low on memory" }
    status.watch(nil)
    #expect(status.isReady)
  }

  @Test func `conditions that a broker check finds missing are reported beside an obstacle, until the next check`() {
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

  @Test func `a connected worker without a sign of life is not ready until the next one`() {
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
    #expect(status.missing == MissingConditions(.broker, "away"), "an unconnected worker needs no sign of life")
  }

  @Test func `errors report what is missing, several of them everything, and nothing twice`() {
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

  @Test func `a slow observer of the phases sees the last one, and misses earlier ones`() async throws {
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

  @Test func `waiting for a phase ends with it, or with the task`() async throws {
    let task = Task { [status] in try await status.wait { $0.phase == .stopped } }
    async let waiting: Void = status.wait { $0.phase == .active }
    status.change(to: .active)
    try await waiting
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `a draining worker does not become active again`() {
    status.change(to: .draining)
    status.change(to: .active)
    #expect(status.phase == .draining)
  }
}

private final class Obstacle: Sendable {
  let reason = Mutex<String?>(nil)
}
