import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Large messages, slow takers and idle connections.
@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct EnduranceTests {
  private let host: VirtualHost

  init() throws { host = try .required() }

  @Test func `a body of 100 MiB comes through`() async throws {
    try await host.declare("large", HeaderTable())
    let body = [UInt8](unsafeUninitializedCapacity: 100 << 20) { buffer, count in
      for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index &* 31 >> 7) }
      count = buffer.count
    }
    let message = AMQPMessage(exchange: "", routingKey: "large", properties: MessageProperties(), body: body)
    try await host.withPublisher { try await $0.publish([message]) }
    try await host.withConsumer(of: "large") { consumer in
      let deliveries = try await consumer.collect(1)
      #expect(deliveries.count == 1 && deliveries[0].body == body)
    }
  }

  @Test func `an idle connection outlives its heartbeat interval`() async throws {
    try await host.declare("idle")
    var configuration = try host.configuration()
    configuration.heartbeat = 3
    try await host.withConsumer(of: "idle", configuration) { consumer in
      // The time itself is tested: the broker gives up after two to three silent intervals.
      try await Task.sleep(for: .seconds(12))
      try await host.publish(["still here"], to: "idle")
      #expect(try await consumer.collect(1).map(\.text) == ["still here"])
    }
  }

  @Test func `reading stops while too many deliveries wait to be taken, and the connection stays alive`() async throws {
    try await host.declare("slow")
    let bodies = (0..<100).map { "\($0) " + String(repeating: "x", count: 100_000) }
    try await host.publish(bodies, to: "slow")
    var configuration = try host.configuration()
    configuration.heartbeat = 3
    var options = ConsumerOptions()
    options.maximumBufferedBytes = 500_000
    options.maximumPause = .seconds(3600)
    try await host.withConnection(configuration) { connection in
      let consumer = try await RabbitMQConsumer.start(on: connection, queue: "slow", options: options)
      // The time itself is tested: the broker gives up after two to three silent intervals.
      try await Task.sleep(for: .seconds(12))
      let first = try await consumer.deliveries()
      #expect(first.reduce(0) { $0 + $1.body.count } <= 500_000 + (1 << 20) + 100_010)
      let rest = try await consumer.collect(100 - first.count)
      #expect((first + rest).map(\.text) == bodies)
    }
  }

  @Test func `reading stops while acknowledgements await confirmation, which comes once everything is taken`()
    async throws
  {
    try await host.declare("confirmed")
    let bodies = (0..<100).map { "\($0) " + String(repeating: "x", count: 100_000) }
    try await host.publish(bodies, to: "confirmed")
    var configuration = try host.configuration()
    configuration.requestTimeout = .seconds(5)
    var options = ConsumerOptions()
    options.maximumBufferedBytes = 500_000
    try await host.withConnection(configuration) { connection in
      let consumer = try await RabbitMQConsumer.start(on: connection, queue: "confirmed", options: options)
      let first = try await consumer.deliveries()
      let last = try #require(first.last)
      try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
      // Its answer stands behind all that the broker has sent meanwhile.
      async let confirmation: Void = consumer.confirmAcknowledgements()
      // It is the time that is tested: more than a request may take, in which everything could be read.
      try await Task.sleep(for: .seconds(7))
      let second = try await consumer.deliveries()
      #expect(second.reduce(0) { $0 + $1.body.count } <= 500_000 + (1 << 20) + 100_010)
      let rest = try await consumer.collect(100 - first.count - second.count)
      #expect((first + second + rest).map(\.text) == bodies)
      try await confirmation
    }
  }

  @Test(arguments: [(1, 1), (250_000, 3)])
  func `a batch of deliveries is bounded in bytes, and has at least one`(bytes: Int, count: Int) async throws {
    let queue = ShortString("portions-\(bytes)") ?? ""
    let bodies = (0..<20).map { "\($0) " + String(repeating: "x", count: 100_000) }
    try await host.declare(queue)
    try await host.publish(bodies, to: queue)
    var options = ConsumerOptions()
    options.maximumBytesAtATime = bytes
    let portions = try await host.withConnection { connection in
      let consumer = try await RabbitMQConsumer.start(on: connection, queue: queue, options: options)
      var portions = [try await consumer.deliveries()]
      try await Patience.poll(for: "the broker has sent all messages") { try await host.depth(of: queue) == 0 }
      while portions.joined().count < bodies.count { portions.append(try await consumer.deliveries()) }
      return portions
    }
    #expect(portions.joined().map(\.text) == bodies)
    #expect(portions.allSatisfy { (1...count).contains($0.count) }, "\(portions.map(\.count))")
  }

  @Test func `deliveries that are not taken for too long return to their place in the queue`() async throws {
    try await host.declare("overflow")
    let bodies = (0..<100).map { "\($0) " + String(repeating: "x", count: 100_000) }
    try await host.publish(bodies, to: "overflow")
    var options = ConsumerOptions()
    options.maximumBufferedBytes = 500_000
    options.maximumPause = .milliseconds(100)
    let taken = try await host.withConnection { connection in
      let consumer = try await RabbitMQConsumer.start(on: connection, queue: "overflow", options: options)
      try await Patience.poll(for: "the broker has sent all messages") { try await host.depth(of: "overflow") == 0 }
      // The time itself is tested, and nothing else shows that the buffer is full and the pause over.
      try await Task.sleep(for: .seconds(2))
      let taken = try await consumer.deliveries()
      let next = Task { try await consumer.deliveries() }
      let last = try #require(taken.last)
      try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
      await #expect(throws: RabbitMQError.overflowed(queue: "overflow")) { try await next.value }
      #expect(try await connection.waitUntilClosed() == .overflowed(queue: "overflow"))
      return taken
    }
    #expect(taken.count < 100)
    let rest = try await host.withConsumer(of: "overflow") { try await $0.collect(100 - taken.count) }
    #expect((taken + rest).map(\.text) == bodies)
  }

  @Test func `stopping ends although more is on its way than may be kept`() async throws {
    try await host.declare("stopped")
    try await host.publish((0..<100).map { "\($0) " + String(repeating: "x", count: 100_000) }, to: "stopped")
    var options = ConsumerOptions()
    options.maximumBufferedBytes = 500_000
    let taken = try await host.withConnection { connection in
      let consumer = try await RabbitMQConsumer.start(on: connection, queue: "stopped", options: options)
      let first = try await consumer.deliveries()
      try await consumer.stopConsuming()
      let taken = try await first + consumer.deliveries()
      #expect(try await consumer.deliveries().isEmpty)
      let last = try #require(taken.last)
      try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
      return taken
    }
    #expect(taken.map { Int($0.text.prefix { $0 != " " }) } == (0..<taken.count).map(Optional.init))
    try await host.withConsumer(of: "stopped") { consumer in
      let rest = try await consumer.collect(100 - taken.count)
      #expect(rest.first?.text.hasPrefix("\(taken.count) ") == true)
    }
  }
}
