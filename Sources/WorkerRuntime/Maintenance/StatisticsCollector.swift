package import Coordination
package import Logging
package import UnitOfWork

/// Periodically counts what is waiting in the database, for metrics, while this worker is active or recovering. After a
/// failure the previous figures remain.
package struct StatisticsCollector: MaintenanceJob {
  private let interval: Duration
  private let logger: Logger
  private var notices = NoticePace(.seconds(60))
  private let connect: @Sendable () async throws -> Link<any StatisticsStore>

  /// - Parameters:
  ///   - interval: between two counts.
  ///   - connect: opens a connection; bounded in time.
  package init(
    interval: Duration, logger: Logger, connect: @escaping @Sendable () async throws -> Link<any StatisticsStore>
  ) {
    self.interval = interval
    self.logger = logger
    self.connect = connect
  }

  /// True even while work is blocked, which is when the figures matter.
  package func isWanted(by status: WorkerStatus) -> Bool { status.isWorking }

  /// Continues until the worker is no longer working.
  package mutating func run(for status: WorkerStatus, _ attempt: inout Reconnecting.Attempt) async throws -> Duration {
    try await connect().use { store in
      while isWanted(by: status) {
        let statistics = try await store.statistics()
        if statistics.deadLetters == nil, notices.isDue(at: .now) {
          logger.info("the dead letters can't be counted in time: too many, or locked; their number stays as it was")
        }
        status.store = statistics.completed(by: status.store)
        attempt.succeeded()
        try await Task.sleep(for: interval)
      }
    }
    return .zero
  }

  package func failed(_ error: any Error, again delay: Duration) {
    logger.info("the database statistics can't be read; retrying", metadata: ["error": "\(error)"])
  }
}
