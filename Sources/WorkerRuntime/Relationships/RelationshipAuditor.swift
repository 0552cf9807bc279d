package import Coordination
package import Logging
package import UnitOfWork

/// Compares some objects' relationships with the replica now and then, while this worker is the one that works, and
/// says where they differ. It mends nothing: whatever made them differ is for an operator to find.
package struct RelationshipAuditor: MaintenanceJob {
  /// Objects at a time, and the rest after them: 100,000 objects are gone through in a day and a half.
  static let (slice, rest): (Int, Duration) = (50, .seconds(60))

  private let probe: any WorkerProbe
  private let logger: Logger
  private let rest: Duration
  private let connect: @Sendable () async throws -> Link<any RelationshipAudit>
  private var position: AuditPosition?

  /// - Parameters:
  ///   - rest: after each slice; a minute by default.
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

  /// Compares a slice; the next run goes on behind it.
  package mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration {
    let report = try await connect().use { [position] audit in
      try await audit.compare(after: position, limit: Self.slice)
    }
    position = report.next
    if report.differences > 0 {
      probe.observe(.relationshipsDiffer(count: report.differences))
      logger.error(
        "relationships differ from the database; 'workspace-worker authorization verify' names them, 'repair' mends them",
        metadata: ["count": "\(report.differences)", "example": "\(report.example ?? "")"])
    }
    return rest
  }

  package func failed(_ error: any Error, again delay: Duration) {
    logger.info("relationships can't be compared; trying again", metadata: ["error": "\(error)"])
  }
}
