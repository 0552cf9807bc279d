import Coordination
import Logging
import ServiceLifecycleTestKit
import Synchronization
import Testing
import UnitOfWork
import WorkerRuntime

@Suite(.timeLimit(.minutes(10))) struct MaintenanceTests {
  private enum Happening: Sendable, Equatable {
    case ran(String)
    case failed(String)
    case left(String)
  }

  /// Runs until it is no longer wanted, and fails as often as it is told to.
  private struct Job: MaintenanceJob {
    struct Broken: Error {}

    let name: String
    let journal: Journal<Happening>
    var failures = 0

    func isWanted(by status: WorkerStatus) -> Bool { status.isWorking }

    mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration {
      journal.note(.ran(name))
      guard failures == 0 else {
        failures -= 1
        throw Broken()
      }
      for await _ in status.phases where !isWanted(by: status) {
        journal.note(.left(name))
        return .zero
      }
      throw CancellationError()
    }

    func failed(_ error: any Error, again delay: Duration) { journal.note(.failed(name)) }
  }

  private let status = WorkerStatus()
  private let journal = Journal<Happening>()

  private func run(_ jobs: [any MaintenanceJob], _ test: @Sendable () async throws -> Void) async throws {
    let maintenance = Maintenance(
      jobs, for: status, reconnecting: Reconnecting(Backoff(shortest: .milliseconds(1), longest: .milliseconds(1))))
    try await testGracefulShutdown { trigger in
      async let running: Void = maintenance.run()
      try await test()
      trigger.triggerGracefulShutdown()
      try await running
    }
  }

  @Test func `jobs run side by side while they are wanted, and again when they are wanted again`() async throws {
    try await run([Job(name: "a", journal: journal), Job(name: "b", journal: journal)]) {
      #expect(journal.entries == [])
      for round in 1...3 {
        status.change(to: .recovering)
        status.change(to: .active)
        try await journal.wait { entries in
          ["a", "b"].allSatisfy { name in entries.count { $0 == .ran(name) } == round }
        }
        status.change(to: .connecting(missing: MissingConditions(.database, "away")))
        try await journal.wait { entries in
          ["a", "b"].allSatisfy { name in entries.count { $0 == .left(name) } == round }
        }
      }
    }
    #expect(journal.entries.count == 12)
  }

  @Test func `a failed job is restarted, and the others don't notice`() async throws {
    try await run([Job(name: "bad", journal: journal, failures: 3), Job(name: "good", journal: journal)]) {
      status.change(to: .active)
      try await journal.wait { entries in entries.count { $0 == .ran("bad") } == 4 && entries.contains(.ran("good")) }
    }
    let ofBad: [Happening] = [
      .ran("bad"), .failed("bad"), .ran("bad"), .failed("bad"), .ran("bad"), .failed("bad"), .ran("bad"),
    ]
    #expect(journal.entries.filter { $0 != .ran("good") } == ofBad)
    #expect(journal.entries.count { $0 == .ran("good") } == 1)
  }

  @Test func `the backlog in the database is reported only while the worker is active`() async throws {
    let store = CountedStore(failures: 1)
    let collector = StatisticsCollector(interval: .milliseconds(1), logger: ExecutorFixture.silent) {
      Link(store, on: store)
    }
    try await run([collector]) {
      #expect(store.counts.entries.isEmpty && status.store == nil)
      status.change(to: .active)
      try await store.counts.wait { $0.count >= 3 }
      while status.store == nil { await Task.yield() }
      #expect(status.store?.outboxCount ?? 0 >= 1)
      status.change(to: .standby)
      #expect(status.store == nil)
      try await store.closures.wait { $0.count == 2 }
      #expect(status.store == nil, "a count in progress is discarded")
    }
  }
}

/// A store whose outbox grows with each count.
private final class CountedStore: StatisticsStore, Closable {
  let counts = Journal<Int>()
  let closures = Journal<Void>()
  private let failures: Mutex<Int>

  init(failures: Int) { self.failures = Mutex(failures) }

  func statistics() async throws(UnitOfWorkError) -> StoreStatistics {
    let fails = failures.withLock { failures in
      defer { failures = max(0, failures - 1) }
      return failures > 0
    }
    if fails { throw .unavailable(reason: "away") }
    let count = counts.entries.count + 1
    counts.note(count)
    return StoreStatistics(outboxCount: count, outboxAge: .zero, deadLetters: [:])
  }

  func close() async { closures.note(()) }
}
