package import Messaging
package import RabbitMQClient
import StrictJSON
package import TestSupport

/// A queue of the test, and everything that has arrived in it.
package actor Subscription {
  /// A message and its content; nil if that isn't a CloudEvent.
  package struct Message: Sendable {
    package let delivery: Delivery
    package let event: CloudEvent?

    package var body: [UInt8] { delivery.body }
    package var properties: MessageProperties { delivery.properties }
    package var code: String? { event?.data.error?.code }

    package init(_ delivery: Delivery) {
      self.delivery = delivery
      event = try? CloudEvent(delivery.body)
    }

    /// What a batch holds, as if each had come alone.
    package var elements: [Message] {
      get throws {
        let bodies = try JSONArraySplitter.split(body, limit: body.count).map { Array(body[$0]) }
        return delivery.elements(bodies).map(Message.init)
      }
    }
  }

  package nonisolated let queue: ShortString
  private let connection: RabbitMQConnection
  private let consumer: RabbitMQConsumer
  package private(set) var messages: [Message] = []

  private init(queue: ShortString, connection: RabbitMQConnection, consumer: RabbitMQConsumer) {
    self.queue = queue
    self.connection = connection
    self.consumer = consumer
  }

  /// Subscribes to everything that goes to `exchange`.
  package static func to(_ exchange: ShortString, on host: VirtualHost, routingKey: ShortString = "#") async throws
    -> Subscription
  {
    let queue = ShortString("test.\(Command.newID())") ?? ""
    return try await of(
      queue, on: host,
      declaring: [
        .queue(queue, arguments: HeaderTable(), isPassive: false),
        .binding(queue: queue, exchange: exchange, routingKey: routingKey),
      ])
  }

  /// A queue known only to the test, for replies.
  package static func replies(on host: VirtualHost) async throws -> Subscription {
    let queue = ShortString("test.\(Command.newID())") ?? ""
    return try await of(queue, on: host, declaring: [.queue(queue, arguments: HeaderTable(), isPassive: false)])
  }

  /// Consumes an existing queue.
  package static func of(_ queue: ShortString, on host: VirtualHost, declaring: [Declaration] = []) async throws
    -> Subscription
  {
    let connection = try await RabbitMQConnection.open(host.configuration("test subscription"))
    do {
      try await connection.declare(declaring)
      return Subscription(
        queue: queue, connection: connection, consumer: try await RabbitMQConsumer.start(on: connection, queue: queue))
    } catch {
      await connection.close()
      throw error
    }
  }

  /// Waits until there are `count` messages.
  package func first(_ count: Int, within limit: Duration = Patience.limit) async throws -> [Message] {
    try await collect("\(count) messages", within: limit) { $0.count >= count }
  }

  /// Waits until what has arrived is enough.
  package func collect(
    _ what: String, within limit: Duration = Patience.limit, until isEnough: @Sendable ([Message]) -> Bool
  ) async throws -> [Message] {
    let deadline = ContinuousClock.now + limit
    while !isEnough(messages) {
      let consumer = consumer
      let patience = deadline - .now
      let deliveries = try await Patience.wait(for: "\(what); there are \(messages.count) messages", patience) {
        try await consumer.deliveries()
      }
      messages += deliveries.map(Message.init)
      if let last = deliveries.last {
        try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
      }
    }
    return messages
  }

  /// Everything confirmed to its publisher before the call: a marker message of the test behind it shows that there is
  /// no more.
  package func everything(on host: VirtualHost) async throws -> [Message] {
    let marker = Command.newID()
    try await host.publish([marker], to: queue)
    _ = try await collect("the end") { $0.last?.body == Array(marker.utf8) }
    messages.removeLast()
    return messages
  }

  package func close() async { await connection.close() }
}
