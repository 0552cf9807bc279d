package import Coordination
package import Logging
package import UnitOfWork
package import WorkspaceApplication

/// Removes expired entries from a table, in small steps alongside the work, while this worker is the active one.
///
/// It has a connection only while there is something to do. A failure costs only disk space.
package struct RetentionCleaner: MaintenanceJob {
  /// How often a continuing run logs what it has removed.
  private static let reportInterval: Duration = .seconds(60)

  private let table: String
  private let retention: Duration
  private let clock: any WallClock
  private let probe: any WorkerProbe
  private let logger: Logger
  private let connect: @Sendable () async throws -> Link<any Retention>
  private var pace: CleaningPace

  /// - Parameters:
  ///   - table: its name in the log and in metrics.
  ///   - connect: opens a connection; bounded in time.
  package init(
    table: String, retention: Duration, clock: any WallClock, probe: any WorkerProbe = WorkerProbes(), logger: Logger,
    connect: @escaping @Sendable () async throws -> Link<any Retention>
  ) {
    self.table = table
    self.retention = retention
    self.clock = clock
    self.probe = probe
    self.logger = logger
    self.connect = connect
    pace = CleaningPace(retention: retention)
  }

  package func isWanted(by status: WorkerStatus) -> Bool { status.phase == .active }

  /// A step that is cancelled is rolled back.
  package mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration {
    try await connect().use { table in
      do {
        return try await removeExpired(from: table, status)
      } catch {
        pace.failed()
        throw error
      }
    }
  }

  /// Continues until nothing more has expired, or the worker is no longer active.
  private mutating func removeExpired(from table: any Retention, _ status: WorkerStatus) async throws -> Duration {
    var report = CleaningReport(table: self.table)
    defer { report.log(to: logger) }
    while isWanted(by: status) {
      let (now, start) = (clock.now(), ContinuousClock.now)
      let removed = try await table.removeExpired(olderThan: retention, at: now, from: pace.start, limit: pace.limit)
      report.add(removed.count)
      if removed.count > 0 { probe.observe(.expired(count: removed.count, table: self.table)) }
      if report.age > Self.reportInterval { report.log(to: logger) }
      switch pace.finished(removed, in: .now - start, at: now, random: .random(in: 0...1)) {
      case .step(after: let pause): try await Task.sleep(for: pause)
      case .rest(let rest): return rest
      }
    }
    return .zero
  }

  package func failed(_ error: any Error, again delay: Duration) {
    probe.observe(.cleaningFailed(table: table))
    logger.warning(
      "expired entries can't be removed; retrying",
      metadata: ["table": "\(table)", "error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
  }
}
