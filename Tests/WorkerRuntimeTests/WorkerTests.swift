import Messaging
import Synchronization
import Testing
import UnitOfWork
import WorkerRuntime

/// A worker whose servers are healthy.
@Suite(.timeLimit(.minutes(10))) struct WorkerTests {
  @Test func `commands are executed, acknowledged and published, and a drain leaves nothing behind`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.enqueue(.createRoot("r", id: 1), .create("c", "a", below: 1, id: 2))
    try await fixture.run { _ in
      fixture.broker.enqueue(.get("g", 2), .invalid("x"), .get("g2", 9))
      try await fixture.journal.wait { $0.acknowledged.count == 5 }
      #expect(fixture.status.phase == .active)
      #expect(fixture.status.isReady)
    }
    #expect(fixture.broker.unacknowledged.isEmpty)
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
    #expect(fixture.broker.published.filter { $0.exchange == "results" }.map(\.label) == ["r", "c", "g", "g2"])
    #expect(try await fixture.store.outbox.isEmpty)
    #expect(fixture.status.phase == .stopped)
    #expect(fixture.journal.entries.last == .closed(session: 1))
    #expect(fixture.broker.sessions == 1)
  }

  @Test func `a delivery is acknowledged when it is committed, whether or not its messages are published`()
    async throws
  {
    let fixture = WorkerFixture()
    fixture.broker.gate.close()
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.acknowledged == ["r"] }
      #expect(fixture.journal.entries.confirmed.isEmpty)
      fixture.broker.gate.open()
    }
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
  }

  @Test func `a dead letter is acknowledged when it is in the ledger, whether or not it is announced`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.gate.close()
    fixture.broker.enqueue(.invalid("x"), .get("g", 1))
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.acknowledged == ["x", "g"] }
      #expect(fixture.journal.entries.confirmed.isEmpty)
      fixture.broker.gate.open()
    }
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
  }

  @Test func `a drain first stops consuming, then finishes the work in progress`() async throws {
    let fixture = WorkerFixture { $0.batchCount = 2 }
    fixture.broker.gate.close()
    fixture.broker.enqueue((1...7).map { CommandMessage("\($0)", "list") } + [.invalid("x")])
    try await fixture.run { drain in
      try await fixture.journal.wait { $0.committed.count >= 1 }
      drain()
      try await fixture.journal.wait { $0.contains(.stoppedConsuming) }
      #expect(fixture.status.phase == .draining)
      #expect(!fixture.status.isReady)
      fixture.broker.gate.open()
    }
    #expect(fixture.broker.unacknowledged.isEmpty)
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
    #expect(try await fixture.store.outbox.isEmpty)
    #expect(fixture.broker.published.count == 8)
  }

  @Test func `a drain of an idle worker ends it`() async throws {
    let fixture = WorkerFixture()
    try await fixture.run { _ in try await fixture.journal.wait { $0.contains(.startedConsuming) } }
    #expect(fixture.status.phase == .stopped)
  }

  @Test func `a worker stands by until the lease is free, and consumes nothing before`() async throws {
    let fixture = WorkerFixture()
    fixture.lease.isFree = false
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.count { $0 == .askedForLease } >= 3 }
      #expect(fixture.status.phase == .standby)
      #expect(fixture.status.isReady)
      #expect(!fixture.journal.entries.contains(.startedConsuming))
      fixture.lease.isFree = true
      try await fixture.journal.wait { $0.acknowledged == ["r"] }
    }
  }

  @Test func `a worker consumes only after the broker has released the previous one`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.answer(.consumed, forQuestions: 3)
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.acknowledged == ["r"] } }
    #expect(fixture.broker.occupancy() == .vacant)
  }

  @Test func `while another worker may publish, nothing is published and nothing consumed`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.refuseClaims(.max)
    var left = WriteSet()
    left.send(AMQPMessage(exchange: "events", routingKey: "k", properties: MessageProperties(), body: [1]))
    _ = try await fixture.store.begin(ReadSet())
    _ = try await fixture.store.commit(left)
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.contains(.askedForLease) }
      #expect(!fixture.status.isReady)
    }
    #expect(fixture.broker.published.isEmpty)
    #expect(!fixture.journal.entries.contains(.startedConsuming))
  }

  @Test func `a worker that waits for the previous one is drained without ever having consumed`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.answer(.consumed, forQuestions: .max)
    try await fixture.run { _ in try await fixture.journal.wait { $0.contains(.askedForLease) } }
    #expect(!fixture.journal.entries.contains(.startedConsuming))
  }

  @Test func `a consumer that the broker may still have to release is waited for, however short the patience`()
    async throws
  {
    let fixture = WorkerFixture { $0.takeoverPatience = .zero }
    fixture.broker.releaseTime.withLock { $0 = .seconds(600) }
    fixture.broker.answer(.consumed, forQuestions: 3)
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.acknowledged == ["r"] } }
    #expect(fixture.broker.occupancy() == .vacant)
  }

  @Test func `a consumer that never leaves is not a worker, and is not waited for`() async throws {
    let fixture = WorkerFixture { $0.takeoverPatience = .zero }
    fixture.broker.answer(.consumed, forQuestions: .max)
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.acknowledged == ["r"] } }
  }

  @Test func `a queue that can't tell yet who consumes it is waited for, and readiness says why`() async throws {
    let fixture = WorkerFixture()
    fixture.broker.answer(.unknown("no leader"), forQuestions: .max)
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in
      try await fixture.status.wait { $0.missing == MissingConditions(.consumer, "no leader") }
      #expect(!fixture.journal.entries.contains(.startedConsuming))
      fixture.broker.answer(.vacant, forQuestions: 1)
      try await fixture.journal.wait { $0.acknowledged == ["r"] }
    }
    #expect(fixture.broker.sessions == 1)
  }

  @Test func `if a queue can't tell for too long, the worker connects again`() async throws {
    let fixture = WorkerFixture { $0.takeoverPatience = .zero }
    fixture.broker.answer(.unknown("no leader"), forQuestions: 2)
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.acknowledged == ["r"] } }
    #expect(fixture.broker.sessions == 3)
  }

  @Test func `a standby worker is drained without ever having consumed`() async throws {
    let fixture = WorkerFixture()
    fixture.lease.isFree = false
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.contains(.askedForLease) } }
    #expect(!fixture.journal.entries.contains(.startedConsuming))
    #expect(fixture.broker.unacknowledged == ["r"])
    #expect(fixture.journal.entries.last == .closed(session: 1))
  }

  @Test(arguments: [1, 3, 600])
  func `messages left in the outbox are published in order and removed before consuming starts`(count: Int) async throws
  {
    let fixture = WorkerFixture()
    // A previous worker committed but died before publishing.
    let executor = ExecutorFixture(store: fixture.store)
    try await executor.run((1...count).map { CommandMessage("left \($0)", "list") })
    fixture.broker.enqueue(.createRoot("r", id: 1))
    try await fixture.run { _ in try await fixture.journal.wait { $0.confirmed.contains("r") } }
    let entries = fixture.journal.entries
    let start = try #require(entries.firstIndex(of: .startedConsuming))
    #expect(Array(entries[..<start]).confirmed == (1...count).map { "left \($0)" })
    #expect(entries[..<start].contains { if case .removed(_, left: 0) = $0 { true } else { false } })
    #expect(try await fixture.store.outbox.isEmpty)
  }

  @Test func `replies left in the outbox stay there until they are settled`() async throws {
    let fixture = WorkerFixture { $0.sweepDelay = .milliseconds(1) }
    let executor = ExecutorFixture(store: fixture.store)
    try await executor.run(CommandMessage("left", "list").with { $0.replyTo = "replies" })
    fixture.replies.hold()
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.contains(.startedConsuming) }
      #expect(try await fixture.store.outbox.map(\.isReply) == [true])
      fixture.replies.release()
      try await fixture.journal.wait { $0.last { $0.isRemoval } == .removed(count: 1, left: 0) }
    }
    #expect(fixture.broker.published.count == 2)
  }

  @Test func `confirmed messages leave the outbox with the next batch, without a sweep`() async throws {
    let fixture = WorkerFixture()
    try await fixture.run { _ in
      for (number, label) in ["a", "b", "c"].enumerated() {
        fixture.broker.enqueue(CommandMessage(label, "list"))
        // From then on its entry is to be removed.
        try await fixture.publications.wait { $0.count > number }
        #expect(fixture.journal.entries.confirmed.contains(label))
        #expect(fixture.journal.entries.count { $0.isRemoval } == number)
      }
      #expect(
        fixture.journal.entries.filter(\.isRemoval) == [.removed(count: 1, left: 1), .removed(count: 1, left: 1)])
    }
    #expect(
      fixture.journal.entries.last { $0.isRemoval } == .removed(count: 1, left: 0), "the drain removes the last one")
    #expect(try await fixture.store.outbox.isEmpty)
  }

  @Test func `confirmed messages leave the outbox of an idle worker by the sweep, each time`() async throws {
    let fixture = WorkerFixture { $0.sweepDelay = .milliseconds(1) }
    try await fixture.run { _ in
      for number in 1...3 {
        fixture.broker.enqueue(CommandMessage("\(number)", "list"))
        try await fixture.journal.wait { entries in
          entries.confirmed.count == number && entries.last { $0.isRemoval } == .removed(count: 1, left: 0)
            && entries.count { $0.isRemoval } == number
        }
      }
    }
  }

  @Test func `committing pauses while one transaction's messages are published and another's wait`() async throws {
    let fixture = WorkerFixture { $0.batchCount = 1 }
    fixture.broker.gate.close()
    fixture.broker.enqueue((1...50).map { CommandMessage("\($0)", "list") })
    try await fixture.run { _ in
      try await fixture.journal.wait { $0.committed.count == 3 }
      fixture.broker.gate.open()
      try await fixture.journal.wait { $0.confirmed.count == 50 }
    }
    var ahead = 0
    for entry in fixture.journal.entries {
      if case .committed(let labels) = entry { ahead += labels.count }
      if case .confirmed(let labels) = entry { ahead -= labels.count }
      // At most two are published at once, one waits, and one more was committed before it could be stopped.
      #expect(ahead <= 4)
    }
    #expect(fixture.journal.entries.committed == (1...50).map(String.init))
  }
}

extension Happening {
  var isRemoval: Bool { if case .removed = self { true } else { false } }
}
