import Coordination
package import Logging
import MessageContract
package import Messaging
import ServiceLifecycle
package import UnitOfWork
package import WorkspaceApplication

/// Answers queries, independently of the commands, and whether this worker is active or on standby: on threads,
/// connections and channels of its own. No failure here ends anything else.
package struct QueryLane: Service {
  /// How it opens its connections; each attempt is bounded in time.
  package struct Connections: Sendable {
    /// The queue of queries.
    package let queue: @Sendable () async throws -> Link<any DeliverySource>
    /// A server for reading.
    package let replica: @Sendable () async throws -> any QuerySession
    /// The server that accepts writes.
    package let primary: @Sendable () async throws -> any QuerySession
    /// The ledgers of dead letters and of deaths.
    package let ledger: @Sendable () async throws -> Link<any QuarantineLedger>

    package init(
      queue: @escaping @Sendable () async throws -> Link<any DeliverySource>,
      replica: @escaping @Sendable () async throws -> any QuerySession,
      primary: @escaping @Sendable () async throws -> any QuerySession,
      ledger: @escaping @Sendable () async throws -> Link<any QuarantineLedger>
    ) {
      self.queue = queue
      self.replica = replica
      self.primary = primary
      self.ledger = ledger
    }
  }

  private let settings: QuerySettings
  private let environment: ExecutionEnvironment
  private let connections: Connections
  private let replies: any ReplySender
  private let status: QueryStatus
  private let probe: any QueryProbe
  private let workspaceProbe: any WorkspaceServiceProbe & Sendable
  private let logger: Logger
  private let backlog: QueryBacklog
  private let responder: QueryResponder
  private let room: AnswerRoom
  private let reception: QueryReception
  private let quarantine: QueryQuarantine
  private let drain = Signal<Void>()

  /// - Parameters:
  ///   - environment: `queue` is `<virtual host>/<queue>` of the queries.
  ///   - replies: for answers only.
  package init(
    settings: QuerySettings, environment: ExecutionEnvironment, connections: Connections, replies: any ReplySender,
    status: QueryStatus, probe: any QueryProbe, workspaceProbe: any WorkspaceServiceProbe & Sendable, logger: Logger
  ) {
    self.settings = settings
    self.environment = environment
    self.connections = connections
    self.replies = replies
    self.status = status
    self.probe = probe
    self.workspaceProbe = workspaceProbe
    self.logger = logger
    let backlog = QueryBacklog(settings)
    self.backlog = backlog
    room = AnswerRoom(limit: settings.answerBytes)
    responder = QueryResponder(replies, environment, probe: probe, room: room)
    reception = QueryReception(
      decoder: QueryDecoder(limits: settings.limits, access: settings.access), responder: responder,
      timeout: settings.timeout)
    quarantine = QueryQuarantine(
      environment: environment, reception: reception, backlog: backlog, reconnecting: Reconnecting(settings.reconnect),
      logger: logger, connect: connections.ledger)
    status.count { (backlog.waitingCount, backlog.sleepingCount) }
  }

  /// Returns after a graceful shutdown, when everything that had arrived is answered, or after
  /// ``QuerySettings/timeout`` at the latest. Also returns, and does not throw, when the task is cancelled: unsettled
  /// queries are redelivered, and only command processing decides whether a worker ends with an error.
  package func run() async throws {
    await withGracefulShutdownHandler {
      // Failures are reported where they occur; only cancellation gets here.
      try? await withThrowingTaskGroup { group in
        group.addTask { try await replies.run() }
        group.addTask { try await quarantine.run() }
        for server in servers { group.addTask { try await server.run() } }
        group.addTask { try await consume() }
        // The other tasks never return.
        try await group.next()
        group.cancelAll()
      }
    } onGracefulShutdown: {
      drain.raise()
    }
  }

  private var servers: [QueryServer] {
    Array(repeating: server(.replica, connections.replica), count: settings.poolSize)
      + Array(repeating: server(.primary, connections.primary), count: settings.primaryPoolSize)
  }

  private func server(_ side: QuerySide, _ connect: @escaping @Sendable () async throws -> any QuerySession)
    -> QueryServer
  {
    QueryServer(
      side: side, backlog: backlog, responder: responder, room: room, environment: environment, status: status,
      probe: probe, workspaceProbe: workspaceProbe, reconnecting: Reconnecting(settings.reconnect), logger: logger,
      connect: connect)
  }

  /// While any delivery is unsettled, moves queries that have waited too long to the primary, and drops expired ones.
  private func keepTime(_ intake: QueryIntake) async throws {
    while true {
      try await intake.waitUntilOccupied()
      try await Task.sleep(for: settings.probeInterval)
      responder.drop(backlog.tick(at: .now))
      quarantine.tick(at: .now)
    }
  }

  /// Consumes until the drain is over.
  private func consume() async throws {
    let reconnecting = Reconnecting(
      settings.reconnect, pause: { [drain] delay, _ in try await drain.wait(atMost: delay) })
    try await reconnecting.run(until: { drain.isRaised }) { attempt in
      let link = try await connections.queue()
      attempt.connected()
      try await link.use(take)
    } failed: { error, delay in
      status.consuming("\(error)")
      logger.warning(
        "queries can't be consumed; retrying",
        metadata: ["queue": "\(environment.queue)", "error": "\(error)", "delay_ms": "\(delay.milliseconds)"])
    }
  }

  private func take(from source: any DeliverySource) async throws {
    // The other half is for the consumer's own buffer.
    let intake = QueryIntake(source, limit: settings.bufferBytes / 2)
    defer {
      backlog.forget(intake)
      quarantine.forget(intake)
    }
    status.consuming(nil)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask(executorPreference: source.taskExecutor) {
        try await intake.run()
        return false
      }
      group.addTask {
        try await keepTime(intake)
        return false
      }
      group.addTask(executorPreference: source.taskExecutor) {
        try await takeAll(from: source, intake)
        try await finish(intake, source)
        return true
      }
      group.addTask {
        await drain.wait()
        if drain.isRaised { try await source.stopConsuming() }
        return false
      }
      while let isDone = try await group.next(), !isDone {}
      group.cancelAll()
    }
  }

  private func takeAll(from source: any DeliverySource, _ intake: QueryIntake) async throws {
    while true {
      try await intake.waitForRoom()
      let deliveries = try await source.deliveries()
      guard !deliveries.isEmpty else { return }
      intake.register(deliveries)
      backlog.add(deliveries.compactMap { receive($0, intake) })
    }
  }

  /// Waits until the queries in hand are answered or have expired.
  private func finish(_ intake: QueryIntake, _ source: any DeliverySource) async throws {
    _ = try await withTimeLimit(settings.timeout) { try await intake.waitUntilSettled() }
    try await source.confirmAcknowledgements()
  }

  /// - Returns: nil if it can't be answered right away.
  private func receive(_ delivery: Delivery, _ intake: QueryIntake) -> ReceivedQuery? {
    guard !delivery.isRouteProbe else {
      intake.settle(delivery)
      return nil
    }
    // The message may have killed another process.
    guard !delivery.isRedelivered else {
      quarantine.examine(delivery, intake)
      return nil
    }
    do throws(InvalidCommand) {
      return try reception.query(of: delivery, intake)
    } catch {
      quarantine.refuse(delivery, error, intake)
      return nil
    }
  }
}
