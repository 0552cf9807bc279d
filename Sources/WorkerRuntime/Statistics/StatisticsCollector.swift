package import DeliveryPipeline
package import Logging
import ServiceLifecycle
package import UnitOfWork

/// Counts what waits in the database, now and then, while this worker is the one that works: for metrics.
///
/// It has a connection of its own. No failure of it is one of the worker's: the figures are older then.
package struct StatisticsCollector: Service {
  /// How often a worker without work looks whether it has some.
  private static let watchInterval: Duration = .seconds(1)

  private let interval: Duration
  private let status: WorkerStatus
  private let reconnect: Backoff
  private let logger: Logger
  private let connect: @Sendable () async throws -> Link<any StatisticsStore>

  /// - Parameters:
  ///   - interval: between two counts.
  ///   - reconnect: between two tries after a failure.
  ///   - connect: opens a connection; bounded in time.
  package init(
    interval: Duration, status: WorkerStatus, reconnect: Backoff, logger: Logger,
    connect: @escaping @Sendable () async throws -> Link<any StatisticsStore>
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
      try await awaitWork()
      do {
        try await count { failures = 0 }
      } catch {
        try Task.checkCancellation()
        failures += 1
        let delay = reconnect.delay(attempt: failures, random: .random(in: 0...1))
        logger.info("what waits in the database can't be counted; trying again", metadata: ["error": "\(error)"])
        try await Task.sleep(for: delay)
      }
    }
  }

  /// What another worker has in hand is not this one's to tell.
  private func awaitWork() async throws {
    while !status.isWorking {
      status.store = nil
      try await Task.sleep(for: Self.watchInterval)
    }
  }

  /// Goes on until the worker has no work any more: also while something stands against it, which is when it matters.
  private func count(_ succeeded: () -> Void) async throws {
    try await connect().use { store in
      while status.isWorking {
        status.store = try await store.statistics()
        succeeded()
        try await Task.sleep(for: interval)
      }
    }
  }
}
