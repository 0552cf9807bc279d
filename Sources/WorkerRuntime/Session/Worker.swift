import DeliveryPipeline
package import Logging
import ServiceLifecycle
package import WorkspaceApplication

/// Serves a queue until it is told to drain: connects, works, and connects again whatever happens to the servers.
package struct Worker: Service {
  private let connect: @Sendable () async throws -> WorkerLinks
  private let farewell: @Sendable () async -> Void
  private let settings: WorkerSettings
  private let environment: ExecutionEnvironment
  private let probe: any WorkspaceServiceProbe & Sendable
  private let workerProbe: any WorkerProbe
  private let status: WorkerStatus
  private let failsFast: Bool
  private let logger: Logger
  private let drain = DrainSignal()

  /// - Parameters:
  ///   - failsFast: the first failure ends the worker, which otherwise never gives up.
  ///   - connect: opens both connections; bounded in time.
  ///   - farewell: called last, when the worker ends in an orderly way, whatever it could not finish; bounded in time.
  package init(
    settings: WorkerSettings, environment: ExecutionEnvironment, probe: any WorkspaceServiceProbe & Sendable,
    workerProbe: any WorkerProbe = SilentWorkerProbe(), status: WorkerStatus, failsFast: Bool, logger: Logger, connect: @escaping @Sendable () async throws -> WorkerLinks,
    farewell: @escaping @Sendable () async -> Void = {}
  ) {
    self.settings = settings
    self.environment = environment
    self.probe = probe
    self.workerProbe = workerProbe
    self.status = status
    self.failsFast = failsFast
    self.logger = logger
    self.connect = connect
    self.farewell = farewell
  }

  /// Returns after a graceful shutdown.
  package func run() async throws {
    let result = await Result(catching: { try await runUntilDrained() })
    // Not in this task, which may be cancelled.
    await Task { await farewell() }.value
    try result.get()
    status.change(to: .stopped)
    logger.info("the worker has stopped")
  }

  private func runUntilDrained() async throws {
    try await withGracefulShutdownHandler {
      try await supervise()
    } onGracefulShutdown: {
      logger.info("draining: consuming stops, what is in hand is finished")
      status.change(to: .draining)
      drain.raise()
    }
  }

  private func supervise() async throws {
    var schedule = ReconnectSchedule(settings.reconnect)
    while !drain.isRaised {
      var connected: ContinuousClock.Instant?
      do {
        let links = try await connect()
        connected = .now
        try await runSession(on: links)
      } catch {
        // Whatever it says: the deadline of a drain, or the end of another service, has cut the session short.
        try Task.checkCancellation()
        guard !drain.isRaised else { return logger.warning("draining was cut short", metadata: ["error": "\(error)"]) }
        guard !failsFast else { throw error }
        let held = connected.map { ContinuousClock.now - $0 } ?? .zero
        let delay = schedule.delay(afterHolding: held, random: .random(in: 0...1))
        let missing = MissingConditions(error)
        workerProbe.sessionEnded(missing: missing)
        status.change(to: .connecting(missing: missing))
        logger.warning(
          "the worker is not connected and tries again", metadata: ["error": "\(error)", "delay_ms": "\(Int(delay / .milliseconds(1)))"])
        try await drain.wait(atMost: delay)
      }
    }
  }

  private func runSession(on links: WorkerLinks) async throws {
    status.watch(links.obstacle)
    // Once, and not again with each reconnect.
    if links.warnings != status.warnings { for warning in links.warnings { logger.warning("\(warning)") } }
    status.warnings = links.warnings
    defer { status.watch(nil) }
    let session = WorkerSession(
      links: links, settings: settings, environment: environment, probe: probe, workerProbe: workerProbe,
      status: status, drain: drain, logger: logger)
    do {
      try await session.run()
    } catch {
      // Closing may take a while when a server is silent.
      status.change(to: .connecting(missing: MissingConditions(error)))
      await links.close()
      throw error
    }
    await links.close()
  }
}
