import Coordination
package import Messaging
package import RabbitMQClient

/// Connections that end with the test's body.
extension VirtualHost {
  /// Makes a connection, and closes it whatever happens.
  package func withConnection<Result>(
    _ configuration: RabbitMQConfiguration? = nil, _ body: (RabbitMQConnection) async throws -> Result
  ) async throws -> Result {
    try await RabbitMQConnection.open(configuration ?? self.configuration()).use(body)
  }

  package func withPublisher<Result>(
    _ options: PublisherOptions = PublisherOptions(), _ configuration: RabbitMQConfiguration? = nil,
    _ body: (RabbitMQPublisher) async throws -> Result
  ) async throws -> Result {
    try await withConnection(configuration) { try await body(RabbitMQPublisher.start(on: $0, options: options)) }
  }

  package func withConsumer<Result>(
    of queue: ShortString, prefetch: UInt16 = 1024, _ configuration: RabbitMQConfiguration? = nil,
    _ body: (RabbitMQConsumer) async throws -> Result
  ) async throws -> Result {
    var options = ConsumerOptions()
    options.prefetch = prefetch
    return try await withConnection(configuration) {
      try await body(RabbitMQConsumer.start(on: $0, queue: queue, options: options))
    }
  }

  /// Declares a durable queue; a quorum queue unless its arguments say otherwise.
  package func declare(_ queue: ShortString, _ arguments: HeaderTable? = nil) async throws {
    var quorum = HeaderTable()
    quorum.append("x-queue-type", "quorum")
    let arguments = arguments ?? quorum
    _ = try await withConnection { try await $0.declare([.queue(queue, arguments: arguments, isPassive: false)]) }
  }

  /// Publishes bodies to a queue, with confirms.
  package func publish(_ bodies: [String], to queue: ShortString) async throws {
    try await withPublisher { try await $0.publish(bodies.map { .text($0, to: queue) }) }
  }

  /// The messages in a queue that are ready.
  package func depth(of queue: ShortString) async throws -> Int? {
    try await withConnection { try await TopologyManager($0).statistics(of: queue)?.messageCount }
  }
}

extension AMQPMessage {
  /// A persistent message through the default exchange.
  package static func text(_ body: String, to queue: ShortString) -> AMQPMessage {
    var properties = MessageProperties()
    properties.deliveryMode = 2
    return AMQPMessage(exchange: "", routingKey: queue, properties: properties, body: Array(body.utf8))
  }
}

extension DeliverySource {
  /// Takes deliveries until there are `count`.
  package func collect(_ count: Int) async throws -> [Delivery] {
    var collected: [Delivery] = []
    while collected.count < count {
      let deliveries = try await deliveries()
      guard !deliveries.isEmpty else { break }
      collected += deliveries
    }
    return collected
  }
}

extension Delivery {
  package var text: String { String(decoding: body, as: UTF8.self) }
}
