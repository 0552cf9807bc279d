import Coordination
import Messaging
import ServiceLifecycleTestKit
import Synchronization
import Testing
import UnitOfWork
import WorkerRuntime

/// A worker whose servers come and go.
@Suite(.timeLimit(.minutes(10))) struct WorkerFailureTests {
  @Test func `a lost connection ends the session; the next one continues and loses nothing`() async throws {
    let fixture = WorkerFixture()
    try await fixture.run { _ in
      for number in 1...5 {
        fixture.broker.enqueue(CommandMessage("\(number)", "list"))
        try await fixture.journal.wait { $0.acknowledged.contains("\(number)") }
        fixture.broker.breakLink()
        try await fixture.journal.wait { $0.contains(.closed(session: number)) }
      }
      fixture.broker.enqueue(CommandMessage("last", "list"))
      try await fixture.journal.wait { $0.confirmed.contains("last") }
    }
    #expect(fixture.broker.unacknowledged.isEmpty)
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
    #expect(Set(fixture.journal.entries.confirmed) == ["1", "2", "3", "4", "5", "last"])
    #expect(try await fixture.store.outbox.isEmpty)
  }

  @Test func `commits neither acknowledged nor published are answered again with the same bytes`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.gate.close()
    await fixture.store.loseAnswer { $0.inserted.isEmpty ? nil : .unavailable(reason: "the answer to COMMIT got lost") }
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.contains(.closed(session: 1)) }
      #expect(fixture.broker.unacknowledged == ["r"])
      fixture.broker.gate.open()
      try await fixture.journal.wait { $0.acknowledged == ["r"] }
    }
    let results = fixture.broker.published.filter { $0.exchange == "results" }
    #expect(results.count == 2)
    #expect(results[0] == results[1])
    #expect(fixture.broker.published.count { $0.exchange == "events" } == 1)
  }

  @Test func `an unavailable database pauses the worker and dead-letters nothing`() async throws {
    let fixture = WorkerFixture()
    await fixture.store.failNext(
      .unavailable(reason: "57P01"), .unavailable(reason: "57P03"), .transient(reason: "40P01"))
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.acknowledged == ["r"] } }
    #expect(fixture.broker.sessions == 3)
    #expect(!fixture.broker.published.contains { $0.exchange == "dead" })
    #expect(fixture.journal.entries.committed == ["r"])
  }

  @Test func `a failed publication is repeated by the next session, before it consumes`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.failPublishing { _ in fixture.broker.sessions == 1 ? 1 : nil }
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.contains { if case .confirmed = $0 { true } else { false } } }
    }
    // The command may also be redelivered, and is answered once more.
    #expect(Array(fixture.broker.published.map(\.exchange).prefix(3)) == ["results", "results", "events"])
    #expect(Set(fixture.broker.published.filter { $0.exchange == "results" }.map(\.body)).count == 1)
    #expect(try await fixture.store.outbox.isEmpty)
  }

  @Test func `a worker that can't connect retries, and says what is missing`() async throws {
    let fixture = WorkerFixture(connectFailures: 5)
    #expect(fixture.status.phase == .connecting(missing: MissingConditions(.worker, "the worker has just started")))
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.acknowledged == ["r"] } }
  }

  @Test func `a worker that lost a connection is not ready, however long closing the others takes`() async throws {
    let fixture = WorkerFixture()
    fixture.closing.close()
    try await fixture.run { _ in
      try await fixture.status.wait { $0.isReady }
      fixture.broker.breakLink()
      try await fixture.status.wait { !$0.isReady }
      #expect(fixture.status.phase == .connecting(missing: MissingConditions(.worker, "\(FakeBroker.LinkLost())")))
      #expect(!fixture.journal.entries.contains(.closed(session: 1)))
      fixture.closing.open()
      try await fixture.status.wait { $0.isReady }
    }
  }

  @Test func `a consumer unknown to the broker is reported missing, and in the end the session restarts`()
    async throws
  {
    let fixture = WorkerFixture { $0.checkInterval = .milliseconds(20) }
    let (known, unknown) = (QueueFigures(messages: 0, consumers: 1), QueueFigures(messages: 3, consumers: 0))
    fixture.queue.withLock { $0 = [known, unknown, known] + Array(repeating: unknown, count: 40) }
    try await fixture.run { _ in
      try await fixture.status.wait { $0.missing.reasons.keys.contains(.consumer) }
      try await fixture.journal.wait { $0.contains(.closed(session: 1)) }
      fixture.queue.withLock { $0 = [known] }
      try await fixture.status.wait { $0.isReady }
    }
    #expect(fixture.broker.sessions >= 2)
  }

  @Test func `a worker that waits to reconnect is drained at once`() async throws {
    let fixture = WorkerFixture(connectFailures: .max) {
      $0.reconnect = Backoff(shortest: .seconds(3600), longest: .seconds(3600))
    }
    try await fixture.run { _ in
      let expected = WorkerStatus.Phase.connecting(missing: MissingConditions(.worker, "ConnectFailed()"))
      try await fixture.status.wait { $0.phase == expected }
      #expect(!fixture.status.isReady)
    }
    #expect(fixture.status.phase == .stopped)
  }

  @Test(arguments: [Condition.broker, .database])
  func `an absent server is noticed when it is back, whatever the delay`(server: Condition) async throws {
    let fixture = WorkerFixture(connectFailures: 1) {
      $0.reconnect = Backoff(shortest: .seconds(3600), longest: .seconds(3600))
    }
    fixture.connectError.withLock { $0 = WorkerFixture.Absent(condition: server) }
    let knocks = Mutex(0)
    fixture.knock.withLock {
      $0 = { asked in
        asked == [server]
          && knocks.withLock { count in
            count += 1
            return count == 3
          }
      }
    }
    try await fixture.run { _ in try await fixture.status.wait { $0.isReady } }
    #expect(knocks.withLock { $0 } == 3)
  }

  @Test func `a drain does not wait for the answer of an absent server`() async throws {
    let fixture = WorkerFixture(connectFailures: .max) {
      $0.reconnect = Backoff(shortest: .seconds(3600), longest: .seconds(3600))
    }
    fixture.connectError.withLock { $0 = WorkerFixture.Absent(condition: .broker) }
    let asked = Signal<Void>()
    fixture.knock.withLock {
      $0 = { _ in
        asked.raise()
        try? await Task.sleep(for: .seconds(3600))
        return false
      }
    }
    try await fixture.run { _ in await asked.wait() }
    #expect(fixture.status.phase == .stopped)
  }

  @Test func `an absent server is not probed if something else is wrong`() async throws {
    #expect(
      MissingConditions(all: [WorkerFixture.Absent(condition: .database), MissingConditions(.topology, "no exchange")])
        .absent == [])
    #expect(
      MissingConditions(all: [WorkerFixture.Absent(condition: .database), WorkerFixture.ConnectFailed()]).absent == [])
    #expect(
      MissingConditions(all: [WorkerFixture.Absent(condition: .database), WorkerFixture.Absent(condition: .broker)])
        .absent == [.broker, .database])
  }

  @Test func `a server that was present is not probed: the delay passes`() async throws {
    let fixture = WorkerFixture(connectFailures: 3)
    fixture.knock.withLock {
      $0 = { _ in
        Issue.record("the present server is probed")
        return true
      }
    }
    try await fixture.run { _ in try await fixture.status.wait { $0.isReady } }
  }

  @Test func `a worker with fail-fast ends with the first failure`() async throws {
    let fixture = WorkerFixture(connectFailures: 1, failsFast: true)
    await #expect(throws: MissingConditions(.worker, "ConnectFailed()")) { try await fixture.makeWorker().run() }
    let lost = WorkerFixture(failsFast: true)
    let running = Task { try await lost.makeWorker().run() }
    try await lost.journal.wait { $0.contains(.startedConsuming) }
    lost.broker.breakLink()
    await #expect(throws: FakeBroker.LinkLost.self) { try await running.value }
    #expect(lost.journal.entries.last == .closed(session: 1))
  }

  @Test func `a lease that can't be kept alive ends the session`() async throws {
    let fixture = WorkerFixture { $0.keepAliveInterval = .milliseconds(1) }
    fixture.lease.failKeepAlive(times: 3)
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.contains(.connected(session: 4)) }
      fixture.broker.enqueue(.createRoot("r", id: 1))
      try await fixture.journal.wait { $0.acknowledged == ["r"] }
    }
    #expect(
      fixture.journal.entries.filter { if case .closed = $0 { true } else { false } }
        == (1...4).map { .closed(session: $0) })
  }

  @Test
  func `a connection lost during a drain ends it; the next worker publishes what is left in the outbox`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.gate.close()
    fixture.broker.enqueue(.createRoot("r", id: 1), .invalid("x"))
    let cut = await #expect(throws: DrainCutShort.self) {
      try await fixture.run { drain in
        try await fixture.journal.wait { $0.acknowledged == ["r", "x"] }
        drain()
        try await fixture.journal.wait { $0.contains(.stoppedConsuming) }
        fixture.broker.breakLink()
      }
    }
    let left = try #require(cut?.left)
    #expect(left.unacknowledged == 0 && left.unpublished > 0)
    #expect(fixture.broker.sessions == 1)
    #expect(try await !fixture.store.outbox.isEmpty)
    fixture.broker.gate.open()
    try await fixture.run { _ in try await fixture.journal.wait { $0.confirmed.contains("r") } }
    #expect(try await fixture.store.outbox.isEmpty)
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
  }

  @Test(arguments: 0..<40)
  func `a cancelled worker ends, at any point`(point: Int) async throws {
    let fixture = WorkerFixture(connectFailures: point % 4 == 3 ? .max : 0) { $0.batchCount = 1 }
    fixture.lease.isFree = point % 4 != 2
    if point % 4 == 1 { fixture.broker.gate.close() }
    fixture.broker.enqueue([.createRoot("r", id: 1), .invalid("x")] + (1...20).map { CommandMessage("\($0)", "list") })
    let task = Task { try await fixture.makeWorker().run() }
    // With the gate closed, little happens: four steps to the first delivery, and two transactions.
    let count = point % 4 == 1 ? min(point, 6) : point
    if point % 4 != 3 { try await fixture.journal.wait { $0.count >= count } }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
  }
}
