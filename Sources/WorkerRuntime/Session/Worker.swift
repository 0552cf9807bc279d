import Coordination
package import Logging
package import Messaging
import ServiceLifecycle
package import WorkspaceApplication

/// Serves a queue until it is told to drain: connects, works, and reconnects whatever happens to the servers.
package struct Worker: Service {
  private let replies: any ReplySender
  private let sessions: any SessionFactory
  private let settings: WorkerSettings
  private let environment: ExecutionEnvironment
  private let probe: any WorkspaceServiceProbe & Sendable
  private let workerProbe: any WorkerProbe
  private let status: WorkerStatus
  private let failsFast: Bool
  private let logger: Logger
  private let drain = Signal<Void>()

  /// - Parameters:
  ///   - failsFast: whether the first failure ends the worker, which otherwise never gives up.
  ///   - replies: outlives sessions; runs as long as the worker.
  ///   - sessions: opens the connections of each session.
  package init(
    settings: WorkerSettings, environment: ExecutionEnvironment, probe: any WorkspaceServiceProbe & Sendable,
    workerProbe: any WorkerProbe = WorkerProbes(), status: WorkerStatus, failsFast: Bool,
    logger: Logger, replies: any ReplySender, sessions: any SessionFactory
  ) {
    self.settings = settings
    self.environment = environment
    self.probe = probe
    self.workerProbe = workerProbe
    self.status = status
    self.failsFast = failsFast
    self.logger = logger
    self.replies = replies
    self.sessions = sessions
  }

  /// Returns after a graceful shutdown.
  ///
  /// - Throws: ``DrainCutShort``; what ended a worker that fails fast; `CancellationError` after the deadline of the
  ///   drain.
  package func run() async throws {
    try await runUntilDrained()
    status.change(to: .stopped)
    logger.info("the worker has stopped")
  }

  private func runUntilDrained() async throws {
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup { group in
        group.addTask { try await replies.run() }
        group.addTask { try await supervise() }
        // Replies are sent until the end: the other task is the one that returns.
        try await group.next()
        group.cancelAll()
      }
    } onGracefulShutdown: {
      status.change(to: .draining)
      drain.raise()
      logger.info("draining: no longer consuming, finishing work in progress")
    }
  }

  private func supervise() async throws {
    let reconnecting = Reconnecting(settings.reconnect, pause: pause)
    try await reconnecting.run(until: { drain.isRaised }) { attempt in
      let (broker, database) = try await sessions.open()
      attempt.connected()
      try await runSession(broker, database)
    } failed: { error, delay in
      guard !drain.isRaised else { return try endDrain(with: error) }
      guard !failsFast else { throw error }
      let missing = MissingConditions(error)
      workerProbe.observe(.sessionEnded(missing: missing))
      status.change(to: .connecting(missing: missing))
      logger.warning(
        "the worker is not connected; retrying",
        metadata: ["error": "\(error)", "delay_ms": "\(Int(delay / .milliseconds(1)))"])
    }
  }

  /// Waits before the next attempt: for `delay` at most, until an absent server is back or a drain begins.
  private func pause(atMost delay: Duration, after error: any Error) async throws {
    let absent = MissingConditions(error).absent
    guard !absent.isEmpty else { return try await drain.wait(atMost: delay) }
    try await withThrowingTaskGroup { group in
      group.addTask { try await drain.wait(atMost: delay) }
      group.addTask { try await awaitReturn(of: absent) }
      try await group.next()
      group.cancelAll()
    }
  }

  /// Returns when one of the absent servers is back.
  private func awaitReturn(of servers: Set<Condition>) async throws {
    repeat {
      // Random, so that not all workers come to a server at once when it is back.
      try await Task.sleep(for: settings.returnCheckInterval * .random(in: 0.5...1))
    } while await !sessions.haveReturned(servers)
  }

  /// - Throws: ``DrainCutShort`` if any work was in progress. Otherwise the worker has ended properly.
  private func endDrain(with error: any Error) throws {
    guard let left = status.leftBehind, left.unacknowledged > 0 || left.unpublished > 0 else {
      return logger.notice("a connection was lost while the worker was shutting down", metadata: ["error": "\(error)"])
    }
    throw DrainCutShort(left: left, reason: "\(error)")
  }

  private func runSession(_ broker: any BrokerSession, _ database: any DatabaseSession) async throws {
    status.watch { broker.obstacle }
    // Logged once, not again after each reconnect.
    if broker.warnings != status.warnings { for warning in broker.warnings { logger.warning("\(warning)") } }
    status.warnings = broker.warnings
    defer { status.watch(nil) }
    let session = WorkerSession(
      broker: broker, database: database, lease: database.lease(at: broker.identity), replies: replies,
      settings: settings,
      environment: environment, probe: probe, workerProbe: workerProbe, status: status, drain: drain, logger: logger)
    let result = await Result(catching: session.run)
    // Before closing, which may take a while if a server is silent.
    if case .failure(let error) = result { status.change(to: .connecting(missing: MissingConditions(error))) }
    await broker.close()
    await database.close()
    try result.get()
  }
}
