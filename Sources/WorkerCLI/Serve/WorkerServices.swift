import FoundationEssentials
import Logging
import Observability
import PostgresStore
import ServiceLifecycle
import WorkerRuntime

/// What runs in a worker's process.
struct WorkerServices {
  let configuration: WorkerConfiguration
  let servers: Servers
  let status: WorkerStatus
  let telemetry: Telemetry
  let failsFast: Bool
  let logger: Logger

  private var links: LinkFactory {
    LinkFactory(
      servers: servers, amqp: configuration.amqp, idleSessionTimeout: configuration.postgres.idleSessionTimeout,
      logger: logger)
  }

  /// All that runs. What stands first is shut down last.
  func all() throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
    // Spans of the drain are sent, too, and while it goes on somebody may ask how it is.
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = telemetry.services.map { .init(service: $0) }
    services.append(.init(service: healthServer))
    // It ends by itself only after a drain, or when it is to fail fast.
    services.append(.init(service: try worker(), successTerminationBehavior: .gracefullyShutdownGroup))
    // These end at once, and the worker drains undisturbed.
    let tables: [(PostgresRetention.Table, Duration)] = [
      (.inbox, configuration.inbox.retention), (.deadLetters, configuration.deadLetters.retention),
    ]
    for (table, retention) in tables {
      services.append(.init(service: cleaner(table, retention)))
    }
    services.append(.init(service: collector))
    services += notifiers.map { .init(service: $0) }
    return services
  }

  private var healthServer: HealthServer {
    HealthServer(
      host: configuration.http.host, port: configuration.http.port, metrics: telemetry.registry, logger: logger
    ) { [status] in Readiness(status) }
  }

  private func worker() throws -> Worker {
    var settings = configuration.worker
    settings.keepAliveInterval = configuration.postgres.keepAliveInterval
    let (clock, identifiers) = (SystemWallClock(), MonotonicIdentifiers())
    let process = try identifiers.next(at: clock.now())
    let links = links
    return Worker(
      settings: settings,
      environment: ExecutionEnvironment(
        clock: clock, identifiers: identifiers, defaultRootName: configuration.defaultRootName,
        messages: OutboundMessages(exchanges: servers.exchangeNames), queue: servers.queueKey,
        process: process, parking: configuration.parking),
      probe: LoggingWorkspaceServiceProbe(logger: logger), workerProbe: telemetry.worker, status: status,
      failsFast: failsFast, logger: logger,
      connect: { try await links.connect() }, farewell: { await links.sayFarewell(of: process) })
  }

  private func cleaner(_ table: PostgresRetention.Table, _ retention: Duration) -> RetentionCleaner {
    RetentionCleaner(
      table: table.rawValue, retention: retention, clock: SystemWallClock(), status: status,
      reconnect: configuration.worker.reconnect, probe: telemetry.worker, logger: logger,
      connect: { [links] in try await links.connectRetention(of: table) })
  }

  /// Who tells the service manager, where there is one that wants to know.
  private var notifiers: [any Service] {
    let environment = ProcessInfo.processInfo.environment
    guard let manager = ServiceManager(environment: environment) else { return [] }
    let watchdog = environment["WATCHDOG_USEC"].flatMap { Int($0) }.map { Duration.microseconds($0) }
    return [ServiceNotifier(manager, status: status, watchdog: watchdog)]
  }

  private var collector: StatisticsCollector {
    StatisticsCollector(
      interval: configuration.metrics.countInterval, status: status, reconnect: configuration.worker.reconnect,
      logger: logger, connect: { [links] in try await links.connectStatistics() })
  }
}

extension Readiness {
  fileprivate init(_ status: WorkerStatus) {
    let missing = status.missing.reasons.map { ($0.key.rawValue, $0.value) }
    self.init(
      state: status.phase.name, missing: Dictionary(uniqueKeysWithValues: missing), warnings: status.warnings)
  }
}
