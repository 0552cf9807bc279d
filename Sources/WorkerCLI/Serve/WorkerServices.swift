import Coordination
import FoundationEssentials
import Logging
import Observability
import PostgresClient
import PostgresStore
import RabbitMQBroker
import ServiceLifecycle
import Settings
import WorkerRuntime
import WorkspaceDomain

/// What runs in a worker's process.
struct WorkerServices {
  let configuration: WorkerConfiguration
  let servers: Servers
  let status: WorkerStatus
  let telemetry: Telemetry
  let failsFast: Bool
  /// This process, in what it leaves in the database.
  let process: ULID
  let logger: Logger

  /// All that runs. What stands first is shut down last.
  func all() throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
    // Spans of the drain are sent, too, and while it goes on somebody may ask how it is.
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = telemetry.services.map { .init(service: $0) }
    services.append(.init(service: healthServer))
    // It ends by itself only after a drain, or when it is to fail fast.
    services.append(.init(service: try worker(), successTerminationBehavior: .gracefullyShutdownGroup))
    // It ends at once, and the worker drains undisturbed.
    services.append(.init(service: maintenance))
    services += notifiers.map { .init(service: $0) }
    return services
  }

  private var healthServer: HealthServer {
    HealthServer(
      host: configuration.http.host, port: configuration.http.port, metrics: telemetry.registry, logger: logger
    ) { [status] in Readiness(status) }
  }

  private func worker() throws -> Worker {
    let settings = configuration.workerSettings
    let broker = BrokerConfiguration(
      server: servers.amqp, names: servers.topologyNames, prefetch: configuration.amqp.prefetch,
      bufferBytes: configuration.amqp.bufferBytes, batchCount: settings.batchCount)
    return Worker(
      settings: settings,
      environment: ExecutionEnvironment(
        clock: SystemWallClock(), identifiers: MonotonicIdentifiers(), rules: configuration.rules,
        messages: OutboundMessages(servers.topologyNames), queue: servers.queueKey,
        process: process, parking: configuration.parking),
      probe: telemetry.workspaces, workerProbe: telemetry.worker, status: status,
      failsFast: failsFast, logger: logger, replies: broker.replies(logger: logger),
      sessions: ServerSessions(
        broker: broker,
        postgres: servers.postgres.forUnitsOfWork(idleSessionTimeout: configuration.postgres.idleSessionTimeout),
        queue: servers.queueKey, patience: ResponsePatience(servers.postgres), logger: logger))
  }

  private var maintenance: Maintenance {
    let tables: [(PostgresRetention.Table, Duration)] = [
      (.inbox, configuration.inbox.retention), (.deadLetters, configuration.deadLetters.retention),
    ]
    let cleaners: [any MaintenanceJob] = tables.map { [servers, telemetry, logger] table, retention in
      RetentionCleaner(
        table: table.rawValue, retention: retention, clock: SystemWallClock(), probe: telemetry.worker, logger: logger,
        connect: { try await PostgresRetention.connect(to: table, servers.postgres, logger: logger) })
    }
    let collector = StatisticsCollector(
      interval: configuration.metrics.countInterval, logger: logger,
      connect: { [servers, logger] in
        try await PostgresStatistics.connect(servers.postgres, queue: servers.queueKey, logger: logger)
      })
    return Maintenance(cleaners + [collector], for: status, reconnecting: Reconnecting(configuration.reconnect))
  }

  /// Who tells the service manager, where there is one that wants to know.
  private var notifiers: [any Service] {
    let environment = ProcessInfo.processInfo.environment
    guard let manager = ServiceManager(environment: environment) else { return [] }
    let watchdog = environment["WATCHDOG_USEC"].flatMap { Int($0) }.map { Duration.microseconds($0) }
    return [ServiceNotifier(manager, status: status, watchdog: watchdog)]
  }
}

extension Readiness {
  fileprivate init(_ status: WorkerStatus) {
    let missing = status.missing.reasons.map { ($0.key.rawValue, $0.value) }
    self.init(
      state: status.phase.name, missing: Dictionary(uniqueKeysWithValues: missing), warnings: status.warnings,
      activeWorker: status.holder.map { "\($0)" })
  }
}
