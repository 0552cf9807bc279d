import Coordination
package import Messaging
package import Operations
package import RabbitMQClient

/// The broker of a configuration, for doctor.
package struct RabbitMQExamination: ExaminedBroker {
  /// How long a confirm of a single message may take.
  private static let publishLimit: Duration = .seconds(5)
  /// The same for one of ``largestBody``, over a slow link, too.
  private static let largePublishLimit: Duration = .seconds(30)
  /// More than any message that a worker publishes (docs/limits.md): a broker whose `max_message_size` is lower would
  /// refuse such a message each time.
  private static let largestBody = 2 << 20

  private let configuration: RabbitMQConfiguration
  private let names: BrokerNames
  private let forms: PublishingForms

  package init(_ configuration: RabbitMQConfiguration, names: BrokerNames, forms: PublishingForms) {
    self.configuration = configuration
    self.names = names
    self.forms = forms
  }

  package var target: BrokerTarget {
    BrokerTarget(
      host: configuration.host, endpoint: configuration.endpoint, virtualHost: configuration.virtualHost,
      encryption: configuration.tls.map { $0.verifiesPeer ? .verified : .unverified } ?? .none,
      routes: [
        .commands: "\(names.commandsExchange.text ?? "") -> \(names.commandsQueue.text ?? "")",
        .queries: "\(names.queriesExchange.text ?? "") -> \(names.queriesQueue.text ?? "")",
      ])
  }

  package func connect() async throws(BrokerObstacle) -> any BrokerFacts {
    do {
      let connection = try await RabbitMQConnection.open(configuration)
      let software = await connection.serverProperties
      return RabbitMQFacts(connection: connection, properties: software, names: names, forms: forms)
    } catch {
      throw BrokerObstacle(error)
    }
  }

  package func probe(_ route: BrokerRoute) async -> RouteProbing {
    let bindings =
      switch route {
      case .commands: Topology.commandBindings(names)
      case .queries: Topology.queryBindings(names)
      }
    switch await BindingProbe(configuration).outcome(of: bindings) {
    case .known(let missing) where missing.isEmpty: return .arrived
    case .known(let missing): return .unroutable(keys: missing.compactMap(\.routingKey.text))
    case .forbidden: return .forbidden
    case .unknown(let reason): return .unknown(reason)
    }
  }

  package func probeAlarms() async -> AlarmProbing {
    do {
      // The queue outlives its connection by a minute.
      let queue = try await TemporaryQueue.open(configuration).use { $0.name }
      return try await RabbitMQConnection.open(configuration).use { await publish(to: queue, on: $0) }
    } catch {
      return .untried("\(error)")
    }
  }

  private func publish(to queue: ShortString, on connection: RabbitMQConnection) async -> AlarmProbing {
    @Sendable func message(_ size: Int) -> AMQPMessage {
      AMQPMessage(
        exchange: "", routingKey: queue, properties: MessageProperties(), body: Array(repeating: 0, count: size))
    }
    // On the first message a broker with an alarm starts blocking the connection, but still takes that message.
    let steps = [(0, Self.publishLimit), (0, Self.publishLimit), (Self.largestBody, Self.largePublishLimit)]
    do {
      // Over as many channels as the worker's, which the broker may limit.
      let publisher = try await RabbitMQPublisher.start(on: connection, options: names.publisherOptions(forms))
      for (size, limit) in steps {
        let confirm: Void? = try await withTimeLimit(limit) { try await publisher.publish([message(size)]) }
        if confirm == nil { return .unconfirmed(blockedBecause: connection.blockedReason, limit: limit) }
      }
      return .confirmed
    } catch {
      return .refused("\(error)")
    }
  }
}

/// What doctor learns from a connection.
struct RabbitMQFacts: BrokerFacts {
  private let connection: RabbitMQConnection
  private let properties: ServerProperties
  private let manager: TopologyManager
  private let topology: Topology
  private let queue: ShortString

  init(connection: RabbitMQConnection, properties: ServerProperties, names: BrokerNames, forms: PublishingForms) {
    self.connection = connection
    self.properties = properties
    manager = TopologyManager(connection)
    topology = Topology.standard(names, broker: properties).withoutUnusedBatches(names, forms)
    queue = names.commandsQueue
  }

  func software() async -> (product: String?, version: String?) { (properties.product, properties.version) }

  func missing() async throws -> [String] {
    try await manager.check(topology).items.filter { $0.state == .missing }.map { "\($0.kind.rawValue) \($0.name)" }
  }

  func differences() async throws -> [String]? {
    do {
      return try await manager.plan(topology).items.compactMap { item in
        guard case .incompatible(let difference) = item.state else { return nil }
        return "\(item.kind.rawValue) \(item.name): \(difference.text)"
      }
    } catch RabbitMQError.channelClosed(.accessRefused, _) {
      return nil
    }
  }

  func commands() async throws -> (consumers: Int, waiting: Int) {
    let statistics = try await manager.statistics(of: queue)
    return (statistics?.consumerCount ?? 0, statistics?.messageCount ?? 0)
  }

  func close() async { await connection.close() }
}

extension BrokerObstacle {
  init(_ error: any Error) {
    let text = "\(error)"
    self =
      switch error as? RabbitMQError {
      case .unreachable: .unreachable(text)
      case .tlsRefused: .tlsRefused(text)
      case .loginRefused, .unreadableSecret: .loginRefused(text)
      case .timedOut: .silent(text)
      default: .other(text)
      }
  }
}
