package import Coordination
package import Logging
package import UnitOfWork

/// Compares the relationships of some objects with the replica at intervals, while this worker is active, and reports
/// differences. It repairs nothing: an operator has to find the cause.
package struct RelationshipAuditor: MaintenanceJob {
  /// The number of objects per slice, and the pause after a slice: 100,000 objects take about a day and a half.
  static let (slice, rest): (Int, Duration) = (50, .seconds(60))

  private let probe: any WorkerProbe
  private let logger: Logger
  private let rest: Duration
  private let connect: @Sendable () async throws -> Link<any RelationshipAudit>
  private var position: AuditPosition?

  /// - Parameters:
  ///   - rest: the pause after each slice; a minute by default.
  ///   - connect: opens a connection; bounded in time.
  package init(
    probe: any WorkerProbe, logger: Logger, rest: Duration? = nil,
    connect: @escaping @Sendable () async throws -> Link<any RelationshipAudit>
  ) {
    self.probe = probe
    self.logger = logger
    self.rest = rest ?? Self.rest
    self.connect = connect
  }

  package func isWanted(by status: WorkerStatus) -> Bool { status.phase == .active }

  /// Compares a slice; the next run continues after it.
  package mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration {
    let report = try await connect().use { [position] audit in
      try await audit.compare(after: position, limit: Self.slice)
    }
    position = report.next
    if report.differences > 0 {
      probe.observe(.relationshipsDiffer(count: report.differences))
      logger.error(
        "relationships differ from the database; 'authorization verify' lists them, 'authorization repair' fixes them",
        metadata: ["count": "\(report.differences)", "example": "\(report.example ?? "")"])
    }
    return rest
  }

  package func failed(_ error: any Error, again delay: Duration) {
    logger.info("relationships can't be compared; retrying", metadata: ["error": "\(error)"])
  }
}
