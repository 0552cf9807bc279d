import DeliveryPipeline
package import Logging
import ServiceLifecycle
package import WorkspaceApplication

/// Serves a queue until it is told to drain: connects, works, and connects again whatever happens to the servers.
package struct Worker: Service {
  private let connect: @Sendable () async throws -> WorkerLinks
  private let settings: WorkerSettings
  private let environment: ExecutionEnvironment
  private let probe: any WorkspaceServiceProbe & Sendable
  private let status: WorkerStatus
  private let failsFast: Bool
  private let logger: Logger
  private let drain = DrainSignal()

  /// - Parameters:
  ///   - failsFast: the first failure ends the worker, which otherwise never gives up.
  ///   - connect: opens both connections; bounded in time.
  package init(
    settings: WorkerSettings, environment: ExecutionEnvironment, probe: any WorkspaceServiceProbe & Sendable,
    status: WorkerStatus, failsFast: Bool, logger: Logger, connect: @escaping @Sendable () async throws -> WorkerLinks
  ) {
    self.settings = settings
    self.environment = environment
    self.probe = probe
    self.status = status
    self.failsFast = failsFast
    self.logger = logger
    self.connect = connect
  }

  /// Returns after a graceful shutdown.
  package func run() async throws {
    try await withGracefulShutdownHandler {
      try await supervise()
    } onGracefulShutdown: {
      logger.info("draining: consuming stops, what is in hand is finished")
      status.change(to: .draining)
      drain.raise()
    }
    status.change(to: .stopped)
    logger.info("the worker has stopped")
  }

  private func supervise() async throws {
    var failures = 0
    while !drain.isRaised {
      let start = ContinuousClock.now
      do {
        try await runSession()
      } catch {
        // Whatever it says: the deadline of a drain, or the end of another service, has cut the session short.
        try Task.checkCancellation()
        guard !drain.isRaised else { return logger.warning("draining was cut short", metadata: ["error": "\(error)"]) }
        guard !failsFast else { throw error }
        // A session that held for a while is no sign of lasting trouble.
        failures = ContinuousClock.now - start > settings.reconnect.longest ? 1 : failures + 1
        let delay = settings.reconnect.delay(attempt: failures, random: .random(in: 0...1))
        status.change(to: .connecting(missing: "\(error)"))
        logger.warning(
          "the worker is not connected and tries again", metadata: ["error": "\(error)", "delay_ms": "\(Int(delay / .milliseconds(1)))"])
        try await drain.wait(atMost: delay)
      }
    }
  }

  private func runSession() async throws {
    let links = try await connect()
    let session = WorkerSession(
      links: links, settings: settings, environment: environment, probe: probe, status: status, drain: drain,
      logger: logger)
    do {
      try await session.run()
    } catch {
      await links.close()
      throw error
    }
    await links.close()
  }
}
