import Messaging
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct ConsumerTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  @Test func `deliveries come in the order of publishing, with their metadata`() async throws {
    try await host.declare("order")
    try await host.publish((0..<500).map(String.init), to: "order")
    try await host.withConsumer(of: "order") { consumer in
      let deliveries = try await consumer.collect(500)
      #expect(deliveries.map(\.text) == (0..<500).map(String.init))
      #expect(deliveries.map(\.tag.number) == Array(1...500))
      #expect(deliveries.allSatisfy { $0.routingKey == "order" && $0.exchange == "" && !$0.isRedelivered })
      #expect(deliveries.allSatisfy { $0.tag.generation == consumer.connection.generation })
    }
  }

  @Test func `acknowledged deliveries are gone, the others come back in order`() async throws {
    try await host.declare("back")
    try await host.publish((0..<20).map(String.init), to: "back")
    try await host.withConsumer(of: "back", prefetch: 10) { consumer in
      let deliveries = try await consumer.collect(10)
      try await consumer.acknowledge([Acknowledgement(tag: deliveries[2].tag, isMultiple: true)])
      _ = try await consumer.collect(3)
    }
    try await host.withConsumer(of: "back") { consumer in
      let deliveries = try await consumer.collect(17)
      #expect(deliveries.map(\.text) == (3..<20).map(String.init))
      #expect(deliveries.map(\.isRedelivered) == (3..<20).map { $0 < 13 })
    }
  }

  @Test func `no more than the prefetch arrives without an acknowledgement`() async throws {
    try await host.declare("prefetch")
    try await host.publish((0..<20).map(String.init), to: "prefetch")
    try await host.withConsumer(of: "prefetch", prefetch: 5) { consumer in
      var deliveries = try await consumer.collect(5)
      try await consumer.acknowledge([Acknowledgement(tag: deliveries[1].tag, isMultiple: true)])
      deliveries += try await consumer.collect(2)
      let ready = try await TopologyManager(consumer.connection).statistics(of: "prefetch")
      #expect(ready?.messageCount == 13)
      #expect(deliveries.map(\.text) == (0..<7).map(String.init))
    }
  }

  @Test func `stopping hands out what had arrived, and then ends`() async throws {
    try await host.declare("stop")
    try await host.publish((0..<50).map(String.init), to: "stop")
    try await host.withConsumer(of: "stop", prefetch: 50) { consumer in
      let first = try await consumer.collect(1)
      try await consumer.stopConsuming()
      try await consumer.stopConsuming()
      var rest: [Delivery] = []
      while case let more = try await consumer.deliveries(), !more.isEmpty { rest += more }
      let all = first + rest
      #expect(all.map(\.text) == (0..<all.count).map(String.init))
      #expect(try await consumer.deliveries().isEmpty)
      if let last = all.last { try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)]) }
    }
    try await host.withConsumer(of: "stop") { consumer in
      try await consumer.stopConsuming()
    }
  }

  @Test func `waiting for deliveries ends with its task, and loses none`() async throws {
    try await host.declare("cancel")
    try await host.withConsumer(of: "cancel") { consumer in
      let waiting = Task { try await consumer.deliveries() }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
      try await host.publish(["later"], to: "cancel")
      #expect(try await consumer.deliveries().map(\.text) == ["later"])
    }
  }

  @Test func `acknowledgements of an older connection are dropped`() async throws {
    try await host.declare("stale")
    try await host.publish(["a", "b"], to: "stale")
    let stale = try await host.withConsumer(of: "stale") { try await $0.collect(2) }
    try await host.withConsumer(of: "stale") { consumer in
      let fresh = try await consumer.collect(2)
      #expect(fresh.map(\.tag.number) == stale.map(\.tag.number))
      #expect(fresh[0].tag.generation > stale[0].tag.generation)
      try await consumer.acknowledge([Acknowledgement(tag: stale[1].tag, isMultiple: true)])
      try await consumer.stopConsuming()
    }
    let again = try await host.withConsumer(of: "stale") { try await $0.collect(2) }
    #expect(again.map(\.text) == ["a", "b"])
  }

  @Test func `acknowledging an unknown delivery closes the channel, and everyone is told`() async throws {
    try await host.declare("wrong")
    try await host.withConsumer(of: "wrong") { consumer in
      let waiting = Task { try await consumer.deliveries() }
      let tag = DeliveryTag(generation: consumer.connection.generation, number: 99)
      try await consumer.acknowledge([Acknowledgement(tag: tag, isMultiple: false)])
      let error = try #require(await #expect(throws: RabbitMQError.self) { try await waiting.value })
      guard case .channelClosed(.preconditionFailed, let text) = error else {
        Issue.record(error)
        return
      }
      #expect(text.contains("unknown delivery tag 99"))
      #expect(try await consumer.connection.waitUntilClosed() == error)
    }
  }

  @Test func `a queue that does not exist is an error with its name`() async throws {
    let error = try #require(
      await #expect(throws: RabbitMQError.self) { try await host.withConsumer(of: "nowhere") { _ in } })
    guard case .channelClosed(.notFound, let text) = error else {
      Issue.record(error)
      return
    }
    #expect(text.contains("nowhere"))
  }

  @Test func `a deleted queue cancels its consumer`() async throws {
    try await host.declare("deleted")
    try await host.withConsumer(of: "deleted") { consumer in
      let waiting = Task { try await consumer.deliveries() }
      try await host.broker.management.deleteQueue("deleted", in: host.name)
      await #expect(throws: RabbitMQError.consumerCancelled(queue: "deleted")) { try await waiting.value }
      #expect(try await consumer.connection.waitUntilClosed() == .consumerCancelled(queue: "deleted"))
    }
  }

  @Test func `a connection closed by an operator ends all waits at once`() async throws {
    try await host.declare("forced")
    try await host.withConsumer(of: "forced", host.configuration("to-be-closed")) { consumer in
      let waiting = Task { try await consumer.deliveries() }
      try await host.broker.management.closeConnections(named: "to-be-closed", in: host.name)
      let error = try #require(await #expect(throws: RabbitMQError.self) { try await waiting.value })
      guard case .connectionClosed(.connectionForced, _) = error else {
        Issue.record(error)
        return
      }
      #expect(error.isTransient == true)
      #expect(try await consumer.connection.waitUntilClosed() == error)
      await #expect(throws: error) { try await consumer.deliveries() }
      await #expect(throws: error) { try await consumer.stopConsuming() }
    }
  }
}
