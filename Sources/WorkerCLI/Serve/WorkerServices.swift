import Coordination
import FoundationEssentials
import Logging
import Observability
import PostgresClient
import PostgresStore
import RabbitMQBroker
import ServiceLifecycle
import Settings
import SpiceDBAuthorization
import SpiceDBClient
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// The services of a worker process.
struct WorkerServices {
  let configuration: WorkerConfiguration
  let servers: Servers
  let status: WorkerStatus
  let queryStatus: QueryStatus
  let patience: ResponsePatience
  let telemetry: Telemetry
  let failsFast: Bool
  /// Identifies this process in the database.
  let process: ULID
  let logger: Logger

  /// All services; the first one is shut down last.
  func all() throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
    // First, so that spans of the drain are sent, too, and requests for health are answered during the drain.
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = telemetry.services.map { .init(service: $0) }
    services.append(.init(service: healthServer))
    // Shut down after the worker: it answers queries until the commands have drained, and does not delay the drain.
    services.append(.init(service: queryLane))
    let spicedb = try servers.spicedb.map { try SpiceDBConnections($0, logger: logger) }
    let pulse = ReplicationPulse()
    // These run until the worker has drained: commands being handled may still have to be decided.
    if let spicedb {
      services += spicedb.all.map { .init(service: SpiceDBService(connection: $0)) }
      services.append(.init(service: replication(to: spicedb.replication, pulse)))
    }
    // The worker ends by itself only after a drain, or to fail fast.
    services.append(
      .init(service: worker(decider(spicedb?.decisions, pulse)), successTerminationBehavior: .gracefullyShutdownGroup))
    // Shut down before the worker, and at once, so that the worker drains undisturbed.
    services.append(.init(service: maintenance(spicedb?.audits)))
    services += notifiers.map { .init(service: $0) }
    return services
  }

  private var healthServer: HealthServer {
    HealthServer(
      host: configuration.http.host, port: configuration.http.port, metrics: telemetry.registry, logger: logger
    ) { [status, queryStatus] in Readiness(status, queryStatus) }
  }

  /// The decider of permissions; if nothing is enforced, there is nothing to ask SpiceDB.
  private func decider(_ spicedb: SpiceDBConnection?, _ pulse: ReplicationPulse) -> any AccessDecider {
    let authorization = configuration.authorization
    guard authorization.provider == .spicedb, authorization.rules.isEnforced, let spicedb else {
      return EmbeddedDecider()
    }
    return ReplicaDecider(SpiceDBPermissions(spicedb), pulse: pulse)
  }

  private func worker(_ decider: any AccessDecider) -> Worker {
    let settings = configuration.workerSettings
    let broker = BrokerConfiguration(
      server: servers.amqp, names: servers.topologyNames, forms: configuration.publishing,
      prefetch: configuration.amqp.prefetch,
      bufferBytes: configuration.amqp.bufferBytes, batchCount: settings.batchCount)
    return Worker(
      settings: settings,
      environment: environment(of: servers.queueKey, decider),
      probe: telemetry.workspaces, workerProbe: telemetry.worker, status: status,
      failsFast: failsFast, logger: logger, replies: broker.replies(logger: logger),
      sessions: ServerSessions(
        broker: broker,
        postgres: servers.postgres.forUnitsOfWork(idleSessionTimeout: configuration.postgres.idleSessionTimeout),
        queue: servers.queueKey, patience: patience, decider: decider, logger: logger))
  }

  /// - Parameter queue: `<virtual host>/<queue>` that is consumed.
  private func environment(of queue: String, _ decider: any AccessDecider = EmbeddedDecider()) -> ExecutionEnvironment {
    ExecutionEnvironment(
      clock: SystemWallClock(), identifiers: MonotonicIdentifiers(), rules: configuration.rules,
      messages: OutboundMessages(servers.topologyNames, configuration.publishing), queue: queue, process: process,
      parking: configuration.parking, replicatesRelationships: servers.spicedb != nil, decider: decider)
  }

  private var queryLane: QueryLane {
    let settings = configuration.querySettings
    let broker = QueryConfiguration(server: servers.amqp, names: servers.topologyNames, settings: settings)
    let connections = QueryLane.Connections(
      queue: { try await broker.consume() },
      replica: { [servers, logger] in
        try await PostgresQuerySession.open(
          servers.reading.forQueriesOfStandby(timeout: settings.timeout), logger: logger)
      },
      primary: { [servers, logger] in
        try await PostgresQuerySession.open(servers.postgres.forQueries(timeout: settings.timeout), logger: logger)
      },
      ledger: { [servers, logger] in
        try await PostgresQuarantineLedger.connect(servers.postgres, queue: servers.queueKey, logger: logger)
      })
    return QueryLane(
      settings: settings, environment: environment(of: servers.queriesQueueKey), connections: connections,
      replies: broker.replies(logger: logger), status: queryStatus, probe: telemetry.queries,
      workspaceProbe: telemetry.workspaces, logger: logger)
  }

  private func maintenance(_ spicedb: SpiceDBConnection?) -> Maintenance {
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
    return Maintenance(
      cleaners + [collector] + (spicedb.map { [auditor(of: $0)] } ?? []), for: status,
      reconnecting: Reconnecting(configuration.reconnect))
  }

  private func replication(to spicedb: SpiceDBConnection, _ pulse: ReplicationPulse) -> Maintenance {
    let replicator = RelationshipReplicator(
      to: SpiceDBReplica(spicedb), pulse: pulse, probe: telemetry.worker, logger: logger
    ) { [servers, logger] in
      try await PostgresRelationshipOutbox.connect(servers.postgres, logger: logger)
    }
    return Maintenance(
      [replicator], for: status,
      reconnecting: Reconnecting(configuration.reconnect, pause: { delay, _ in try await pulse.pause(atMost: delay) }))
  }

  private func auditor(of spicedb: SpiceDBConnection) -> any MaintenanceJob {
    let opensRoot = configuration.authorization.rules.opensRoot
    return RelationshipAuditor(probe: telemetry.worker, logger: logger) { [servers, logger] in
      let connection = try await PostgresConnection.connect(servers.postgres.forReplication(), logger: logger)
      let tables = PostgresRelationshipTables(on: connection, opensRoot: opensRoot)
      return Link(SpiceDBAudit(RelationshipComparison(of: spicedb, with: tables)), on: connection)
    }
  }

  /// The notifier of the service manager, if there is one that expects notifications.
  private var notifiers: [any Service] {
    let environment = ProcessInfo.processInfo.environment
    guard let manager = ServiceManager(environment: environment) else { return [] }
    let watchdog = environment["WATCHDOG_USEC"].flatMap { Int($0) }.map { Duration.microseconds($0) }
    return [ServiceNotifier(manager, status: status, watchdog: watchdog) { [patience] in patience.isWaiting }]
  }
}

extension Readiness {
  fileprivate init(_ status: WorkerStatus, _ queries: QueryStatus) {
    let missing = status.missing.reasons.map { ($0.key.rawValue, $0.value) }
    self.init(
      state: status.phase.name, missing: Dictionary(uniqueKeysWithValues: missing), warnings: status.warnings,
      activeWorker: status.holder.map { "\($0)" }, queries: queries.summary)
  }
}

/// One connection for each purpose: when SpiceDB ends one because of its age, calls that would begin on it wait for those
/// that are in progress.
private struct SpiceDBConnections {
  let decisions: SpiceDBConnection
  let replication: SpiceDBConnection
  let audits: SpiceDBConnection

  init(_ configuration: SpiceDBConfiguration, logger: Logger) throws {
    decisions = try SpiceDBConnection(configuration, logger: logger)
    replication = try SpiceDBConnection(configuration, logger: logger)
    audits = try SpiceDBConnection(configuration, logger: logger)
  }

  var all: [SpiceDBConnection] { [decisions, replication, audits] }
}
