package import DeliveryPipeline
package import Logging
import ServiceLifecycle
package import UnitOfWork
package import WorkspaceApplication

/// Removes from a table what has outlived its retention, in small steps beside the work, while this worker is the
/// active one.
///
/// It has a connection of its own, and only while there is something to do. No failure of it is one of the worker's: it
/// tries again later, and all that is lost is room on a disk.
package struct RetentionCleaner: Service {
  /// How often a worker that is not active looks whether it is.
  private static let watchInterval: Duration = .seconds(1)
  /// How often a run that goes on tells what it has removed.
  private static let reportInterval: Duration = .seconds(60)

  private let table: String
  private let retention: Duration
  private let clock: any WallClock
  private let status: WorkerStatus
  private let reconnect: Backoff
  private let probe: any WorkerProbe
  private let logger: Logger
  private let connect: @Sendable () async throws -> Link<any Retention>

  /// - Parameters:
  ///   - table: what the log calls it.
  ///   - reconnect: between two tries after a failure.
  ///   - connect: opens a connection; bounded in time.
  package init(
    table: String, retention: Duration, clock: any WallClock, status: WorkerStatus, reconnect: Backoff,
    probe: any WorkerProbe = SilentWorkerProbe(), logger: Logger,
    connect: @escaping @Sendable () async throws -> Link<any Retention>
  ) {
    self.table = table
    self.retention = retention
    self.clock = clock
    self.status = status
    self.reconnect = reconnect
    self.probe = probe
    self.logger = logger
    self.connect = connect
  }

  /// Returns at once after a graceful shutdown: a step that is under way is broken off, and rolled back.
  package func run() async throws {
    try? await cancelWhenGracefulShutdown { try await clean() }
    try Task.checkCancellation()
  }

  /// Throws only when the task is cancelled.
  private func clean() async throws {
    var pace = CleaningPace(retention: retention)
    var failures = 0
    while true {
      try await becomeActive(asking: min(Self.watchInterval, pace.rest))
      do {
        let rest = try await runSteps(&pace)
        failures = 0
        try await Task.sleep(for: rest)
      } catch {
        try Task.checkCancellation()
        failures += 1
        probe.cleaningFailed(of: table)
        let delay = reconnect.delay(attempt: failures, random: .random(in: 0...1))
        logger.warning(
          "expired entries can't be removed; trying again",
          metadata: ["table": "\(table)", "error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
        try await Task.sleep(for: delay)
      }
    }
  }

  private func becomeActive(asking interval: Duration) async throws {
    while status.phase != .active { try await Task.sleep(for: interval) }
  }

  /// Goes on until nothing more has expired, or the worker is not active any more.
  ///
  /// - Returns: how long to rest then.
  private func runSteps(_ pace: inout CleaningPace) async throws -> Duration {
    try await connect().use { table in
      do {
        return try await runSteps(&pace, on: table)
      } catch {
        pace.failed()
        throw error
      }
    }
  }

  private func runSteps(_ pace: inout CleaningPace, on table: any Retention) async throws -> Duration {
    var report = CleaningReport(table: self.table)
    defer { report.log(to: logger) }
    while status.phase == .active {
      let (now, start) = (clock.now(), ContinuousClock.now)
      let removed = try await table.removeExpired(olderThan: retention, at: now, from: pace.start, limit: pace.limit)
      report.add(removed.count)
      if removed.count > 0 { probe.expired(count: removed.count, from: self.table) }
      if report.age > Self.reportInterval { report.log(to: logger) }
      switch pace.finished(removed, in: .now - start, at: now, random: .random(in: 0...1)) {
      case .step(after: let pause): try await Task.sleep(for: pause)
      case .rest(let rest): return rest
      }
    }
    return .zero
  }
}
