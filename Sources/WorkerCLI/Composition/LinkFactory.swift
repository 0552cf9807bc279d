import DeliveryPipeline
import Logging
import PostgresClient
import PostgresStore
import RabbitMQClient
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// Opens a worker's connections: one to PostgreSQL; to the broker one for consuming, one for publishing, and one for asking
/// how it is. An answer comes behind deliveries that are not wanted yet, and a broker in need does not answer publishers.
struct LinkFactory: Sendable {
  /// Few: nobody waits for them, and they are recorded between two batches of commands.
  private static let deadLettersPrefetch: UInt16 = 64

  let servers: Servers
  let amqp: WorkerConfiguration.AMQP
  let idleSessionTimeout: Duration
  let logger: Logger

  private var queueKey: String { servers.queueKey }

  /// - Throws: ``MissingConditions``: all that is missing at both servers, not what was met first.
  func connect() async throws -> WorkerLinks {
    async let databaseResult = Result(catching: openDatabase)
    async let brokerResult = Result(catching: openBroker)
    let (database, broker) = await (databaseResult, brokerResult)
    switch (database, broker) {
    case (.success(let database), .success(let broker)): return links(database, broker)
    case (.success(let database), .failure(let error)):
      await database.close()
      throw MissingConditions(error)
    case (.failure(let error), .success(let broker)):
      await broker.close()
      throw MissingConditions(error)
    case (.failure(let first), .failure(let second)): throw MissingConditions(all: [first, second])
    }
  }

  /// A connection of its own for removing what has expired.
  func connectRetention(of table: PostgresRetention.Table) async throws -> Link<any Retention> {
    let database = try await PostgresConnection.connect(servers.postgres.forRetention(), logger: logger)
    return Link(PostgresRetention(of: table, on: database)) { await database.close() }
  }

  /// Notes that a process ends in an orderly way. Where that can't be noted, what it had in hand is treated with care.
  /// Takes seconds at most: whoever stops the process waits for it.
  func sayFarewell(of process: ULID) async {
    var configuration = servers.postgres
    configuration.connectTimeout = min(configuration.connectTimeout, .seconds(3))
    configuration.responseTimeout = min(configuration.responseTimeout, .seconds(3))
    do {
      let database = try await PostgresConnection.connect(configuration, logger: logger)
      try await PostgresFarewell(connection: database, queue: queueKey).say(of: process)
      await database.close()
    } catch {
      logger.info("the end of this process is not noted", metadata: ["error": "\(error)"])
    }
  }

  private func openDatabase() async throws -> PostgresConnection {
    let configuration = servers.postgres.forUnitsOfWork(idleSessionTimeout: idleSessionTimeout)
    let database = try await PostgresConnection.connect(configuration, logger: logger)
    do {
      let unknown = try await Migrator(connection: database, logger: logger).verify()
      if !unknown.isEmpty {
        logger.notice(
          "the database has migrations of a newer version", metadata: ["versions": "\(unknown)"])
      }
    } catch {
      await database.close()
      throw error
    }
    return database
  }

  /// The connections to the broker.
  private struct BrokerLinks: Sendable {
    let publisher: RabbitMQPublisher
    let consuming: RabbitMQConnection
    let asking: RabbitMQConnection
    let topology: Topology
    let warnings: [String]

    func close() async {
      await consuming.close()
      await publisher.connection.close()
      await asking.close()
    }
  }

  private func openBroker() async throws -> BrokerLinks {
    try await withConnection("ask") { asking in
      let broker = await asking.serverProperties
      let topology = Topology.standard(servers.topologyNames, broker: broker)
      let missing = try await health(topology.needed(by: servers.topologyNames), on: asking).missing()
      guard missing.reasons.isEmpty else { throw missing }
      let warnings = try await CommandsQueueCheck(servers.topologyNames, on: asking, broker: broker).warnings()
      return try await withConnection("publish") { publishing in
        let publisher = try await RabbitMQPublisher.start(on: publishing, options: servers.publisherOptions)
        return BrokerLinks(
          publisher: publisher, consuming: try await RabbitMQConnection.open(named("consume")), asking: asking,
          topology: topology, warnings: warnings)
      }
    }
  }

  /// Opens a connection, which is closed where `body` throws.
  private func withConnection<Answer>(
    _ purpose: String, _ body: (RabbitMQConnection) async throws -> Answer
  ) async throws -> Answer {
    let connection = try await RabbitMQConnection.open(named(purpose))
    do {
      return try await body(connection)
    } catch {
      await connection.close()
      throw error
    }
  }

  private func health(_ topology: Topology, on asking: RabbitMQConnection) -> BrokerHealthCheck {
    BrokerHealthCheck(topology: topology, queue: servers.topologyNames.commandsQueue, on: asking)
  }

  /// A connection of its own for counting what waits.
  func connectStatistics() async throws -> Link<any StatisticsStore> {
    let database = try await PostgresConnection.connect(servers.postgres.forRetention(), logger: logger)
    return Link(PostgresStatistics(on: database, queue: queueKey)) { await database.close() }
  }

  private func connectDeadLetters() async throws -> Link<any DeliverySource> {
    try await withConnection("dead letters") { connection in
      var options = ConsumerOptions()
      options.prefetch = Self.deadLettersPrefetch
      options.maximumBufferedBytes = amqp.bufferBytes
      let source = try await RabbitMQConsumer.start(
        on: connection, queue: servers.topologyNames.deadCommandsQueue, options: options)
      return Link(source) { await connection.close() }
    }
  }

  /// `<queue>.publisher`; of a name that leaves no room for that, the start.
  private static func claimName(for queue: ShortString) -> ShortString {
    let suffix = Array(".publisher".utf8)
    return ShortString(bytes: queue.bytes.prefix(ShortString.maximumBytes - suffix.count) + suffix) ?? queue
  }

  private func named(_ purpose: String) -> RabbitMQConfiguration {
    var configuration = servers.amqp
    configuration.connectionName = "workspace-worker \(purpose)"
    configuration.threadName = "amqp \(purpose)"
    return configuration
  }

  private func links(_ database: PostgresConnection, _ broker: BrokerLinks) -> WorkerLinks {
    let (publisher, consuming, asking) = (broker.publisher, broker.consuming, broker.asking)
    var options = ConsumerOptions()
    options.prefetch = UInt16(clamping: amqp.prefetch)
    options.maximumBufferedBytes = amqp.bufferBytes
    let queue = servers.topologyNames.commandsQueue
    let health = health(broker.topology, on: asking)
    let claim = ExclusiveClaim(Self.claimName(for: queue), on: publisher.connection)
    return WorkerLinks(
      store: PostgresUnitOfWorkStore(connection: database, queue: queueKey),
      lease: WorkerLease(connection: database, queue: queueKey),
      publisher: publisher,
      claimPublishing: { try await claim.take() },
      isConsumed: { try await !QueueVacancy(of: queue, on: asking).isVacant() },
      consume: { [options] in try await RabbitMQConsumer.start(on: consuming, queue: queue, options: options) },
      connectDeadLetters: { try await connectDeadLetters() }, deadQueue: servers.deadQueueKey,
      waitUntilBroken: {
        await firstOf(
          { await database.waitUntilClosed() },
          { try await consuming.waitUntilClosed() },
          { try await publisher.connection.waitUntilClosed() },
          { try await asking.waitUntilClosed() })
      },
      obstacle: { publisher.connection.blockedReason.map { "the broker takes no messages: \($0)" } },
      checkBroker: { try await health.check() },
      warnings: broker.warnings,
      close: {
        await broker.close()
        await database.close()
      })
  }
}

extension Topology {
  /// What a worker can't do without: all but the queue for what the broker dead-letters.
  fileprivate func needed(by names: TopologyNames) -> Topology {
    Topology(exchanges: exchanges, queues: queues.filter { $0.name == names.commandsQueue }, bindings: [])
  }
}

/// The result of the operation that ends first.
private func firstOf(_ operations: (@Sendable () async throws -> any Error)...) async -> any Error {
  await withTaskGroup { group in
    for operation in operations {
      group.addTask { () -> any Error in
        do { return try await operation() } catch { return error }
      }
    }
    defer { group.cancelAll() }
    return await group.next() ?? CancellationError()
  }
}
