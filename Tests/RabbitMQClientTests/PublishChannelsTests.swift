import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Publishers that give some exchanges a channel of their own.
@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct PublishChannelsTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  private static func options(_ exchanges: ShortString...) -> PublisherOptions {
    var options = PublisherOptions()
    options.exchangesOfOwnChannel = exchanges
    return options
  }

  private static func message(_ body: String, to exchange: ShortString, _ routingKey: ShortString = "")
    -> AMQPMessage
  {
    var properties = MessageProperties()
    properties.deliveryMode = 2
    return AMQPMessage(exchange: exchange, routingKey: routingKey, properties: properties, body: Array(body.utf8))
  }

  private func declare(_ queue: ShortString, boundTo exchange: ShortString, _ routingKey: ShortString) async throws {
    try await host.declare(queue)
    try await host.withConnection {
      _ = try await $0.declare([.binding(queue: queue, exchange: exchange, routingKey: routingKey)])
    }
  }

  @Test func `an exchange with its own channel shares it with no other, and the others share the first`() async throws {
    let broker = try FakeBroker(.confirming)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let publisher = try await RabbitMQPublisher.start(on: connection, options: Self.options("a", "b", "c", "d"))
    try await publisher.publish(["x", "a", "b", "y", "c", "a", "d"].map { Self.message("", to: $0) })
    let channels = broker.publications.map { "\($0.exchange)\($0.channel)" }
    #expect(channels == ["x1", "a2", "b3", "y1", "c4", "a2", "d1"])
    await connection.close()
  }

  @Test func `messages keep the order of their exchange, and all are there once the call is confirmed`() async throws {
    let queues: [(name: ShortString, exchange: ShortString)] = [
      ("t", "amq.topic"), ("d", "amq.direct"), ("f", "amq.fanout"),
    ]
    for queue in queues { try await declare(queue.name, boundTo: queue.exchange, "order") }
    try await host.withPublisher(Self.options("amq.topic", "amq.direct")) { publisher in
      for batch in 0..<10 {
        let numbers = batch * 100..<(batch + 1) * 100
        try await publisher.publish(
          numbers.flatMap { number in queues.map { Self.message("\(number)", to: $0.exchange, "order") } })
        for queue in queues {
          let depth = try await host.depth(of: queue.name)
          #expect(depth == (batch + 1) * 100)
        }
      }
    }
    for queue in queues {
      try await host.withConsumer(of: queue.name) { consumer in
        let texts = try await consumer.collect(1000).map(\.text)
        #expect(texts == (0..<1000).map { "\($0)" })
      }
    }
  }

  @Test func `a refusal on one channel fails the whole call, and nothing overtakes it on another`() async throws {
    var arguments = HeaderTable()
    arguments.append("x-max-length", Int64(1))
    arguments.append("x-overflow", "reject-publish")
    try await host.declare("full", arguments)
    try await declare("elsewhere", boundTo: "amq.topic", "refusal")
    try await host.withPublisher(Self.options("amq.topic")) { publisher in
      await #expect(throws: RabbitMQError.messageRefused) {
        try await publisher.publish(
          (0..<10).flatMap { [.text("\($0)", to: "full"), Self.message("\($0)", to: "amq.topic", "refusal")] })
      }
      await #expect(throws: RabbitMQError.messageRefused) {
        try await publisher.publish([Self.message("late", to: "amq.topic", "refusal")])
      }
    }
    try await host.withConsumer(of: "elsewhere") { consumer in
      let texts = try await consumer.collect(10).map(\.text)
      #expect(texts == (0..<10).map { "\($0)" })
    }
  }

  @Test func `an error on one channel ends the connection, and with it all unconfirmed publishes`() async throws {
    try await host.declare("q")
    try await host.withPublisher(Self.options("unknown")) { publisher in
      let message = Self.message("", to: "unknown")
      let error = try #require(await #expect(throws: RabbitMQError.self) { try await publisher.publish([message]) })
      guard case .channelClosed(.notFound, _) = error else {
        Issue.record(error)
        return
      }
      await #expect(throws: error) { try await publisher.publish([.text("late", to: "q")]) }
      #expect(try await publisher.connection.waitUntilClosed() == error)
    }
    #expect(try await host.depth(of: "q") == 0)
  }
}
