import ArgumentParser
import FoundationEssentials
import Logging
import Observability
import PostgresClient
import PostgresStore
import RabbitMQClient
import ServiceLifecycle
import UnixSignals
import WorkerRuntime

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the worker until SIGTERM or SIGINT, then drains. A second signal ends it at once.")

  @Flag(help: "Exit with the first failure instead of connecting again for ever.")
  var failFast = false
  @OptionGroup var options: ConfigurationOptions

  func run() async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      let servers = try Servers(configuration)
      let sampling = LogSampling(burst: configuration.log.burst)
      let logger = LogSetup.start(configuration.log, sampling: sampling)
      let status = WorkerStatus(freshness: configuration.postgres.keepAliveInterval * 3)
      let telemetry = Telemetry(configuration, servers, status, sampling: sampling, logger: logger)
      announce(configuration, servers, logger)
      let links = LinkFactory(
        servers: servers, amqp: configuration.amqp, idleSessionTimeout: configuration.postgres.idleSessionTimeout,
        logger: logger)
      let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: try services(configuration, servers, links, status, telemetry, logger),
          gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).bounded(drainTimeout: configuration.drainTimeout))
      try await SecondSignal.exiting { try await group.run() }
      // The group ends without an error, too, when the deadline of the drain has cut the worker short.
      guard status.phase == .stopped else { throw CancellationError() }
    }
  }

  /// All that runs. What stands first is shut down last.
  private func services(
    _ configuration: WorkerConfiguration, _ servers: Servers, _ links: LinkFactory, _ status: WorkerStatus,
    _ telemetry: Telemetry, _ logger: Logger
  ) throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
    // Spans of the drain are sent, too, and while it goes on somebody may ask how it is.
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = telemetry.services.map { .init(service: $0) }
    services.append(.init(service: healthServer(configuration.http, status, telemetry, logger)))
    // It ends by itself only after a drain, or when it is to fail fast.
    services.append(
      .init(
        service: try worker(configuration, servers, links, status, telemetry, logger),
        successTerminationBehavior: .gracefullyShutdownGroup))
    // These end at once, and the worker drains undisturbed.
    let tables: [(PostgresRetention.Table, Duration)] = [
      (.inbox, configuration.inbox.retention), (.deadLetters, configuration.deadLetters.retention),
    ]
    for (table, retention) in tables {
      services.append(.init(service: cleaner(table, retention, configuration, links, status, telemetry, logger)))
    }
    services.append(.init(service: collector(configuration, links, status, logger)))
    services += notifiers(status).map { .init(service: $0) }
    return services
  }

  private func announce(_ configuration: WorkerConfiguration, _ servers: Servers, _ logger: Logger) {
    logger.info(
      "workspace-worker starts",
      metadata: [
        "version": "\(WorkerVersion.current)", "broker": "\(servers.amqp.endpoint)",
        "virtual_host": "\(servers.amqp.virtualHost)", "queue": "\(configuration.amqp.names.commandsQueue)",
        "database": "\(servers.postgres)",
      ])
  }

  private func healthServer(
    _ http: WorkerConfiguration.HTTP, _ status: WorkerStatus, _ telemetry: Telemetry, _ logger: Logger
  ) -> HealthServer {
    HealthServer(host: http.host, port: http.port, metrics: telemetry.registry, logger: logger) { Readiness(status) }
  }

  private func worker(
    _ configuration: WorkerConfiguration, _ servers: Servers, _ links: LinkFactory, _ status: WorkerStatus,
    _ telemetry: Telemetry, _ logger: Logger
  ) throws -> Worker {
    var settings = configuration.worker
    settings.keepAliveInterval = configuration.postgres.keepAliveInterval
    let (clock, identifiers) = (SystemWallClock(), MonotonicIdentifiers())
    let process = try identifiers.next(at: clock.now())
    return Worker(
      settings: settings,
      environment: ExecutionEnvironment(
        clock: clock, identifiers: identifiers, defaultRootName: configuration.defaultRootName,
        messages: OutboundMessages(exchanges: servers.exchangeNames), queue: servers.queueKey,
        process: process, parking: configuration.parking),
      probe: LoggingWorkspaceServiceProbe(logger: logger), workerProbe: telemetry.worker, status: status, failsFast: failFast, logger: logger,
      connect: { try await links.connect() }, farewell: { await links.sayFarewell(of: process) })
  }

  private func cleaner(
    _ table: PostgresRetention.Table, _ retention: Duration, _ configuration: WorkerConfiguration, _ links: LinkFactory,
    _ status: WorkerStatus, _ telemetry: Telemetry, _ logger: Logger
  ) -> RetentionCleaner {
    RetentionCleaner(
      table: table.rawValue, retention: retention, clock: SystemWallClock(), status: status,
      reconnect: configuration.worker.reconnect, probe: telemetry.worker, logger: logger,
      connect: { try await links.connectRetention(of: table) })
  }

  /// Who tells the service manager, where there is one that wants to know.
  private func notifiers(_ status: WorkerStatus) -> [any Service] {
    let environment = ProcessInfo.processInfo.environment
    guard let manager = ServiceManager(environment: environment) else { return [] }
    let watchdog = environment["WATCHDOG_USEC"].flatMap { Int($0) }.map { Duration.microseconds($0) }
    return [ServiceNotifier(manager, status: status, watchdog: watchdog)]
  }

  private func collector(
    _ configuration: WorkerConfiguration, _ links: LinkFactory, _ status: WorkerStatus, _ logger: Logger
  ) -> StatisticsCollector {
    StatisticsCollector(
      interval: configuration.metrics.countInterval, status: status, reconnect: configuration.worker.reconnect,
      logger: logger, connect: { try await links.connectStatistics() })
  }
}

extension ServiceGroupConfiguration {
  /// After the drain's deadline what still runs is cancelled. Nothing is lost by that: what was not acknowledged
  /// comes back, and what was not published is in the outbox.
  fileprivate func bounded(drainTimeout: Duration) -> ServiceGroupConfiguration {
    var configuration = self
    configuration.maximumGracefulShutdownDuration = drainTimeout
    configuration.maximumCancellationDuration = .seconds(10)
    return configuration
  }
}

extension Readiness {
  fileprivate init(_ status: WorkerStatus) {
    let missing = status.missing.reasons.map { ($0.key.rawValue, $0.value) }
    self.init(
      state: status.phase.name, missing: Dictionary(uniqueKeysWithValues: missing), warnings: status.warnings)
  }
}
