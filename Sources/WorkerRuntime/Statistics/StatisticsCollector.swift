package import DeliveryPipeline
package import Logging
import ServiceLifecycle
package import UnitOfWork

/// A connection for statistics, by the port that it is used through.
package struct StatisticsLink: Sendable {
  package let store: any StatisticsStore
  /// Bounded.
  package let close: @Sendable () async -> Void

  package init(store: any StatisticsStore, close: @escaping @Sendable () async -> Void) {
    self.store = store
    self.close = close
  }
}

/// Counts what waits in the database, now and then, while this worker is the active one: for metrics.
///
/// It has a connection of its own. No failure of it is one of the worker's: the figures are older then.
package struct StatisticsCollector: Service {
  /// How often a worker that is not active looks whether it is.
  private static let watchInterval: Duration = .seconds(1)

  private let interval: Duration
  private let status: WorkerStatus
  private let reconnect: Backoff
  private let logger: Logger
  private let connect: @Sendable () async throws -> StatisticsLink

  /// - Parameters:
  ///   - interval: between two counts.
  ///   - reconnect: between two tries after a failure.
  ///   - connect: opens a connection; bounded in time.
  package init(
    interval: Duration, status: WorkerStatus, reconnect: Backoff, logger: Logger,
    connect: @escaping @Sendable () async throws -> StatisticsLink
  ) {
    self.interval = interval
    self.status = status
    self.reconnect = reconnect
    self.logger = logger
    self.connect = connect
  }

  /// Returns at once after a graceful shutdown.
  package func run() async throws {
    try? await cancelWhenGracefulShutdown { try await collect() }
    try Task.checkCancellation()
  }

  /// Throws only when the task is cancelled.
  private func collect() async throws {
    var failures = 0
    while true {
      // What another worker has in hand is not this one's to tell.
      status.store = nil
      while status.phase != .active { try await Task.sleep(for: Self.watchInterval) }
      do {
        let link = try await connect()
        do {
          while status.phase == .active {
            status.store = try await link.store.statistics()
            failures = 0
            try await Task.sleep(for: interval)
          }
          await link.close()
        } catch {
          await link.close()
          throw error
        }
      } catch {
        try Task.checkCancellation()
        failures += 1
        let delay = reconnect.delay(attempt: failures, random: .random(in: 0...1))
        logger.info("what waits in the database can't be counted; trying again", metadata: ["error": "\(error)"])
        try await Task.sleep(for: delay)
      }
    }
  }
}
