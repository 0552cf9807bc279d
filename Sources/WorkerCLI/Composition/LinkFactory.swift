import DeliveryPipeline
import Logging
import PostgresClient
import PostgresStore
import RabbitMQClient
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// Opens a worker's connections: one to PostgreSQL, one to the broker for consuming, one for publishing.
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
  func connectRetention(of table: PostgresRetention.Table) async throws -> RetentionLink {
    let database = try await PostgresConnection.connect(servers.postgres.forRetention(), logger: logger)
    return RetentionLink(retention: PostgresRetention(of: table, on: database), close: { await database.close() })
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
    let topology: Topology
    let warnings: [String]

    func close() async {
      await consuming.close()
      await publisher.connection.close()
    }
  }

  private func openBroker() async throws -> BrokerLinks {
    let publishing = try await RabbitMQConnection.open(named("publish"))
    do {
      let publisher = try await RabbitMQPublisher.start(on: publishing)
      let consuming = try await RabbitMQConnection.open(named("consume"))
      do {
        let broker = await consuming.serverProperties
        let check = CommandsQueueCheck(servers.topologyNames, on: consuming, broker: broker)
        let links = BrokerLinks(
          publisher: publisher, consuming: consuming,
          topology: Topology.standard(servers.topologyNames, broker: broker), warnings: try await check.warnings())
        let missing = try await BrokerLook(
          topology: links.topology.needed(by: servers.topologyNames), queue: servers.topologyNames.commandsQueue, on: consuming
        ).missing()
        guard missing.reasons.isEmpty else { throw missing }
        return links
      } catch {
        await consuming.close()
        throw error
      }
    } catch {
      await publishing.close()
      throw error
    }
  }

  /// A connection of its own for counting what waits.
  func connectStatistics() async throws -> StatisticsLink {
    let database = try await PostgresConnection.connect(servers.postgres.forRetention(), logger: logger)
    return StatisticsLink(
      store: PostgresStatistics(on: database, queue: queueKey), close: { await database.close() })
  }

  private func connectDeadLetters() async throws -> DeadLetterLink {
    let connection = try await RabbitMQConnection.open(named("dead letters"))
    do {
      var options = ConsumerOptions()
      options.prefetch = Self.deadLettersPrefetch
      options.maximumBufferedBytes = amqp.bufferBytes
      let source = try await RabbitMQConsumer.start(
        on: connection, queue: servers.topologyNames.deadCommandsQueue, options: options)
      return DeadLetterLink(source: source, close: { await connection.close() })
    } catch {
      await connection.close()
      throw error
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
    let (publisher, consuming) = (broker.publisher, broker.consuming)
    var options = ConsumerOptions()
    options.prefetch = UInt16(clamping: amqp.prefetch)
    options.maximumBufferedBytes = amqp.bufferBytes
    let queue = servers.topologyNames.commandsQueue
    let look = BrokerLook(topology: broker.topology, queue: queue, on: consuming)
    let claim = ExclusiveClaim(Self.claimName(for: queue), on: publisher.connection)
    return WorkerLinks(
      store: PostgresUnitOfWorkStore(connection: database, queue: queueKey),
      lease: WorkerLease(connection: database, queue: queueKey),
      publisher: publisher,
      claimPublishing: { try await claim.take() },
      isConsumed: { try await !QueueVacancy(of: queue, on: consuming).isVacant() },
      consume: { [options] in try await RabbitMQConsumer.start(on: consuming, queue: queue, options: options) },
      connectDeadLetters: { try await connectDeadLetters() }, deadQueue: servers.deadQueueKey,
      waitUntilBroken: {
        await firstOf(
          { await database.waitUntilClosed() },
          { try await consuming.waitUntilClosed() },
          { try await publisher.connection.waitUntilClosed() })
      },
      obstacle: { publisher.connection.blockedReason.map { "the broker takes no messages: \($0)" } },
      checkBroker: { try await look.check() },
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
