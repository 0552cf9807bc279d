internal import Coordination
internal import Logging
package import Messaging
internal import RabbitMQClient
package import UnitOfWork
package import WorkerRuntime

/// A worker's connections to the broker: one for consuming, one for publishing, and one for querying its state. On the
/// consuming connection an answer would come behind deliveries that are not wanted yet, and a broker with an alarm does
/// not answer on a connection that publishes.
package struct RabbitMQSession: BrokerSession {
  private let configuration: BrokerConfiguration
  private let asking: RabbitMQConnection
  private let publishing: RabbitMQPublisher
  private let consuming: RabbitMQConnection
  private let healthCheck: BrokerHealthCheck
  private let vacancy: QueueVacancy
  private let properties: ServerProperties
  package let warnings: [String]

  /// Opens the connections, and checks whether the broker has what the worker needs.
  ///
  /// - Parameter mayHaveCrashed: whether the broker may just have crashed, as far as this process knows.
  /// - Throws: ``MissingConditions`` if exchanges or queues are missing; ``RabbitMQError``; `CancellationError`.
  package static func open(
    _ configuration: BrokerConfiguration, mayHaveCrashed: Bool
  ) async throws -> RabbitMQSession {
    let (names, forms) = (configuration.names, configuration.forms)
    return try await configuration.open("ask").closedOnFailure { asking in
      let properties = await asking.serverProperties
      let topology = Topology.standard(names, broker: properties)
      let missing = try await BrokerHealthCheck(
        topology: topology.neededToServe(by: names, forms), queue: names.commandsQueue, on: asking
      ).missing()
      guard missing.reasons.isEmpty else { throw missing }
      let warnings = try await CommandsQueueCheck(names, on: asking, broker: properties).warnings()
      return try await configuration.open("publish").closedOnFailure { publishing in
        let publisher = try await RabbitMQPublisher.start(on: publishing, options: names.publisherOptions(forms))
        return RabbitMQSession(
          configuration: configuration, asking: asking, publishing: publisher,
          consuming: try await configuration.open("consume"),
          healthCheck: BrokerHealthCheck(
            topology: topology.ofCommands(names, forms), queue: names.commandsQueue, on: asking),
          vacancy: QueueVacancy(
            of: names.commandsQueue, probe: RouteProbe.message(toQueue: names.commandsQueue), asking: asking,
            probing: configuration.server.named("probe"), mayHaveCrashed: mayHaveCrashed),
          properties: properties, warnings: warnings)
      }
    }
  }

  /// Whether the broker responds now: it accepts a connection, or says why it doesn't.
  package static func isReachable(_ configuration: BrokerConfiguration) async -> Bool {
    do {
      await (try await configuration.open("knock")).close()
      return true
    } catch {
      return (error as? RabbitMQError)?.meansUnreachable != true
    }
  }

  package var identity: LeaseHolder.Broker {
    LeaseHolder.Broker(cluster: properties.clusterName ?? "", address: "\(configuration.server.endpoint)")
  }

  package var publisher: any MessagePublisher { publishing }

  package var deadQueue: String { configuration.server.key(of: configuration.names.deadLettersQueue) }

  /// Quorum queues have priorities from RabbitMQ 4 on: https://www.rabbitmq.com/docs/quorum-queues#priorities
  package var honoursPriorities: Bool { (properties.majorVersion ?? 0) >= 4 }

  package var obstacle: String? { publishing.connection.obstacle }

  package func claimPublishing() async throws -> Bool {
    let claim = BrokerNames.publishingClaim(of: configuration.names.commandsQueue)
    return try await ExclusiveClaim(claim, on: publishing.connection).take()
  }

  /// Three heartbeat intervals (`rabbit_heartbeat.erl`: two to three after the last data), and a margin.
  package var releaseTime: Duration { .seconds(3 * configuration.server.heartbeat + 10) }

  package func occupancy() async throws -> QueueOccupancy { try await vacancy.occupancy() }

  package func consume() async throws -> any DeliverySource {
    try await RabbitMQConsumer.start(
      on: consuming, queue: configuration.names.commandsQueue, options: configuration.consuming)
  }

  package func connectDeadLetters() async throws -> Link<any DeliverySource> {
    try await configuration.open("dead letters").closedOnFailure { connection in
      let source = try await RabbitMQConsumer.start(
        on: connection, queue: configuration.names.deadLettersQueue, options: configuration.consumingDeadLetters)
      return Link(source, on: connection)
    }
  }

  package func health() async throws -> BrokerHealth { try await healthCheck.check() }

  package func waitUntilClosed() async -> any Error {
    await withTaskGroup { group in
      for connection in [consuming, publishing.connection, asking] {
        group.addTask { () -> any Error in
          do { return try await connection.waitUntilClosed() } catch { return error }
        }
      }
      defer { group.cancelAll() }
      return await group.next() ?? CancellationError()
    }
  }

  package func close() async {
    await consuming.close()
    await publishing.connection.close()
    await vacancy.close()
    await asking.close()
  }
}
