import Coordination
import Logging
import Messaging
import ServiceLifecycleTestKit
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

@Suite struct RetentionCleanerTests {
  private let status = WorkerStatus()

  /// With the usual retention it pauses for minutes, so that a test sees one run; with one of 10 ms, for a millisecond.
  private func run(
    _ inbox: FakeRetention, retention: Duration = .seconds(30 * 86_400),
    _ test: @Sendable (_ stop: @Sendable () -> Void) async throws -> Void
  ) async throws {
    let cleaner = RetentionCleaner(
      table: "inbox", retention: retention, clock: FixedClock(), logger: ExecutorFixture.silent,
      connect: { try inbox.connect() })
    let maintenance = Maintenance(
      [cleaner], for: status,
      reconnecting: Reconnecting(Backoff(shortest: .milliseconds(1), longest: .milliseconds(1))))
    try await testGracefulShutdown { trigger in
      async let running: Void = maintenance.run()
      try await test { trigger.triggerGracefulShutdown() }
      trigger.triggerGracefulShutdown()
      try await running
    }
  }

  @Test func `it removes everything expired in steps, each from where the last ended, and releases the connection`()
    async throws
  {
    let inbox = FakeRetention(expired: 760)
    status.change(to: .active)
    try await run(inbox) { _ in try await inbox.journal.wait { $0.last == .closed } }
    // The sizes of the steps depend on how long each one took: CleaningPaceTests.
    let end = FixedClock().now().cutoff(.seconds(30 * 86_400))
    let entries = inbox.journal.entries
    let starts = entries.map { if case .step(let start, _) = $0 { start } else { nil as Timestamp? } }
    #expect(entries.count >= 5 && entries.first == .connected && entries.last == .closed)
    #expect(starts == [nil, nil] + Array(repeating: end, count: entries.count - 3) + [nil])
    #expect(inbox.expired == 0)
  }

  @Test func `it looks again after a rest`() async throws {
    let inbox = FakeRetention(expired: 0)
    status.change(to: .active)
    try await run(inbox, retention: .milliseconds(10)) { _ in
      try await inbox.journal.wait { entries in entries.count { $0 == .closed } >= 3 }
    }
  }

  @Test func `only an active worker cleans`() async throws {
    let inbox = FakeRetention(expired: 10)
    status.change(to: .standby)
    try await run(inbox, retention: .milliseconds(10)) { _ in
      for _ in 1...100 { await Task.yield() }
      #expect(inbox.journal.entries == [])
      status.change(to: .active)
      try await inbox.journal.wait { $0.contains(.closed) }
    }
    #expect(inbox.expired == 0)
  }

  @Test func `a worker that is no longer active stops between two steps`() async throws {
    let inbox = FakeRetention(expired: 10_000)
    status.change(to: .active)
    inbox.gate.close()
    try await run(inbox) { _ in
      try await inbox.journal.wait { $0.contains(.step(from: nil, limit: 250)) }
      status.change(to: .connecting(missing: MissingConditions(.worker, "everything")))
      inbox.gate.open()
      try await inbox.journal.wait { $0.last == .closed }
    }
    #expect(inbox.expired == 9_750)
  }

  @Test func `it reconnects after a failure, and continues with smaller steps`() async throws {
    let inbox = FakeRetention(expired: 60, failures: 2, connectFailures: 2)
    status.change(to: .active)
    try await run(inbox) { _ in
      try await inbox.journal.wait { entries in entries.count { $0 == .closed } == 3 }
    }
    #expect(inbox.expired == 0)
    let tries = [250, 125, 62].flatMap { [FakeRetention.Happening.connected, .step(from: nil, limit: $0), .closed] }
    #expect(inbox.journal.entries == tries)
  }

  @Test func `a hanging step does not delay the end`() async throws {
    let inbox = FakeRetention(expired: 10)
    status.change(to: .active)
    inbox.gate.close()
    try await run(inbox) { stop in
      try await inbox.journal.wait { $0.contains(.step(from: nil, limit: 250)) }
      stop()
      try await inbox.journal.wait { $0.last == .closed }
    }
    #expect(inbox.expired == 10)
  }
}
