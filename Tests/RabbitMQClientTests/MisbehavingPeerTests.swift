import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Peers that aren't a broker, or are a broken one. None of them may block the process.
@Suite(.timeLimit(.minutes(10))) struct MisbehavingPeerTests {
  private func error(opening configuration: RabbitMQConfiguration) async throws -> RabbitMQError {
    try #require(await #expect(throws: RabbitMQError.self) { _ = try await RabbitMQConnection.open(configuration) })
  }

  @Test(arguments: ["amqp", "amqps"]) func `a silent server is abandoned in time`(scheme: String) async throws {
    let broker = try FakeBroker(.silent)
    var configuration = try RabbitMQConfiguration(url: "\(scheme)://127.0.0.1:\(broker.port)")
    configuration.connectTimeout = .milliseconds(200)
    let error = try await error(opening: configuration)
    #expect(error == .timedOut(operation: "connecting to 127.0.0.1:\(broker.port)", limit: .milliseconds(200)))
    #expect(error.isTransient)
  }

  @Test func `a cancelled task does not wait for a silent server`() async throws {
    let broker = try FakeBroker(.silent)
    let configuration = try broker.configuration()
    let opening = Task { try await RabbitMQConnection.open(configuration) }
    opening.cancel()
    await #expect(throws: CancellationError.self) { _ = try await opening.value }
  }

  @Test func `a refused connection means unreachable`() async throws {
    let port = try ClosedPort.reserve()
    let error = try await error(opening: try RabbitMQConfiguration(url: "amqp://127.0.0.1:\(port)"))
    #expect(error == .unreachable(endpoint: "127.0.0.1:\(port)", reason: "refused, or no route"))
  }

  @Test func `an unresolvable name does not hang`() async throws {
    var configuration = try RabbitMQConfiguration(url: "amqp://no-such-host.invalid")
    configuration.connectTimeout = .milliseconds(500)
    #expect(try await error(opening: configuration).isTransient)
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\n\r\n", "AMQP\u{0}\u{0}\u{9}\u{1}", String(repeating: "x", count: 70_000),
    "220 mail ready\r\n",
  ])
  func `a peer that does not speak AMQP is reported as such`(greeting: String) async throws {
    let broker = try FakeBroker(.bytes(Array(greeting.utf8)))
    let error = try await error(opening: broker.configuration())
    guard case .protocolViolation = error else {
      Issue.record(error)
      return
    }
  }

  @Test func `a server without TLS is reported as such`() async throws {
    let broker = try FakeBroker(.bytes(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)))
    let error = try await error(opening: RabbitMQConfiguration(url: "amqps://127.0.0.1:\(broker.port)"))
    guard case .tlsRefused = error else {
      Issue.record(error)
      return
    }
  }

  @Test func `a peer that stops reading is cut off in the middle of a large message`() async throws {
    let broker = try FakeBroker(.stopsReading)
    var configuration = try broker.configuration()
    configuration.sendTimeout = .milliseconds(200)
    configuration.unacknowledgedDataTimeout = .zero
    let publisher = try await RabbitMQPublisher.start(on: RabbitMQConnection.open(configuration))
    // More than socket buffers hold, so that the thread is stuck in the send.
    let message = AMQPMessage(
      exchange: "", routingKey: "q", properties: MessageProperties(), body: [UInt8](repeating: 1, count: 6 << 20))
    await #expect(throws: RabbitMQError.timedOut(operation: "sending", limit: .milliseconds(200))) {
      try await publisher.publish([message])
    }
  }

  @Test func `the kernel ends a send to a peer that stops reading`() async throws {
    let broker = try FakeBroker(.stopsReading)
    var configuration = try broker.configuration()
    configuration.unacknowledgedDataTimeout = .milliseconds(500)
    let publisher = try await RabbitMQPublisher.start(on: RabbitMQConnection.open(configuration))
    let message = AMQPMessage(
      exchange: "", routingKey: "q", properties: MessageProperties(), body: [UInt8](repeating: 1, count: 6 << 20))
    let error = try #require(await #expect(throws: RabbitMQError.self) { try await publisher.publish([message]) })
    guard case .connectionLost = error else {
      Issue.record(error)
      return
    }
  }

  @Test func `closing is bounded while the thread is stuck in a send`() async throws {
    let broker = try FakeBroker(.stopsReading)
    var configuration = try broker.configuration()
    configuration.unacknowledgedDataTimeout = .zero
    configuration.closeTimeout = .milliseconds(200)
    let connection = try await RabbitMQConnection.open(configuration)
    let publisher = try await RabbitMQPublisher.start(on: connection)
    let message = AMQPMessage(
      exchange: "", routingKey: "q", properties: MessageProperties(), body: [UInt8](repeating: 1, count: 6 << 20))
    let publishing = Task { try await publisher.publish([message]) }
    await connection.close()
    await connection.close()
    await #expect(throws: RabbitMQError.self) { try await publishing.value }
  }

  @Test func `a publish without confirms times out`() async throws {
    let broker = try FakeBroker(.obedient)
    var options = PublisherOptions()
    options.progressTimeout = .milliseconds(200)
    let publisher = try await RabbitMQPublisher.start(
      on: RabbitMQConnection.open(broker.configuration()), options: options)
    await #expect(
      throws: RabbitMQError.timedOut(operation: "waiting for publisher confirms", limit: .milliseconds(200))
    ) {
      try await publisher.publish([.text("a", to: "q"), .text("b", to: "q")])
    }
  }

  @Test func `while the broker blocks, publishing waits without a limit`() async throws {
    let broker = try FakeBroker(.confirming)
    var options = PublisherOptions()
    // Long enough for the confirm that comes when nothing is blocked any more.
    options.progressTimeout = .seconds(1)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let publisher = try await RabbitMQPublisher.start(on: connection, options: options)
    try broker.send(WireFrame(method: .connectionBlocked, channel: 0, arguments: "low on memory".shortStringBytes))
    while !connection.isBlocked { await Task.yield() }
    #expect(connection.blockedReason == "low on memory")
    async let published: Void = publisher.publish([.text("a", to: "q")])
    // Three times the limit that applies when nothing is blocked: the time itself is tested.
    try await Task.sleep(for: .seconds(3))
    try broker.send(WireFrame(method: .connectionUnblocked, channel: 0, arguments: []))
    try await published
    #expect(!connection.isBlocked)
    await connection.close()
  }

  @Test func `a publisher with a limit for it gives up while the broker blocks, and says why`() async throws {
    let broker = try FakeBroker(.obedient)
    var options = PublisherOptions()
    options.blockedTimeout = .milliseconds(200)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let publisher = try await RabbitMQPublisher.start(on: connection, options: options)
    try broker.send(WireFrame(method: .connectionBlocked, channel: 0, arguments: "low on disk".shortStringBytes))
    await #expect(
      throws: RabbitMQError.timedOut(
        operation: "publishing, which the broker blocks (low on disk),", limit: .milliseconds(200))
    ) { try await publisher.publish([.text("a", to: "q")]) }
  }

  @Test func `connection.blocked is noticed even if the broker stopped reading first and much is left to send`()
    async throws
  {
    let broker = try FakeBroker(.stopsReading)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let publisher = try await RabbitMQPublisher.start(on: connection)
    let body = String(repeating: "x", count: 10_000)
    let publishing = Task { try await publisher.publish((0..<1000).map { _ in .text(body, to: "q") }) }
    try await Patience.poll(for: "the first messages arrive") { broker.unreadBytes >= 8192 }
    // There is more to send than fits into all buffers, and nothing shows when they are full.
    try await Task.sleep(for: .milliseconds(300))
    try broker.send(WireFrame(method: .connectionBlocked, channel: 0, arguments: "low on memory".shortStringBytes))
    try await Patience.poll(for: "connection.blocked is noticed") { connection.isBlocked }
    publishing.cancel()
    await #expect(throws: CancellationError.self) { try await publishing.value }
    await connection.close()
  }

  @Test(arguments: [
    WireFrame(kind: .body, channel: 1, payload: [1]),
    WireFrame(kind: .header, channel: 1, payload: [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]),
    WireFrame(method: .connectionOpenOK, channel: 0, arguments: [0]),
    WireFrame(method: MethodID(60, 99), channel: 1, arguments: []),
    WireFrame(
      method: .basicDeliver, channel: 9,
      arguments: "tag".shortStringBytes + UInt64(1).bigEndianBytes + [0] + "".shortStringBytes + "q".shortStringBytes),
  ])
  func `frames out of place end the connection`(frame: WireFrame) async throws {
    let broker = try FakeBroker(.obedient)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let consumer = try await RabbitMQConsumer.start(on: connection, queue: "q")
    let waiting = Task { try await consumer.deliveries() }
    try broker.send(frame)
    let error = try #require(await #expect(throws: RabbitMQError.self) { try await waiting.value })
    guard case .protocolViolation = error else {
      Issue.record(error)
      return
    }
  }

  @Test func `frames of other channels may come between those of a message`() async throws {
    let broker = try FakeBroker(.obedient)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let consumer = try await RabbitMQConsumer.start(on: connection, queue: "q")
    let deliver = "tag".shortStringBytes + UInt64(1).bigEndianBytes + [0] + "".shortStringBytes + "q".shortStringBytes
    let header = UInt16(60).bigEndianBytes + [0, 0] + UInt64(2).bigEndianBytes + [0, 0]
    let ack = WireFrame(method: .basicAck, channel: 2, arguments: UInt64(1).bigEndianBytes + [0])
    try broker.send(
      WireFrame(method: .basicDeliver, channel: 1, arguments: deliver), ack,
      WireFrame(kind: .header, channel: 1, payload: header), ack,
      WireFrame(kind: .body, channel: 1, payload: Array("a".utf8)), ack,
      WireFrame(kind: .body, channel: 1, payload: Array("b".utf8)))
    #expect(try await consumer.collect(1).map(\.text) == ["ab"])
    await connection.close()
  }

  @Test func `a body larger than RabbitMQ allows is not allocated`() async throws {
    let broker = try FakeBroker(.obedient)
    let connection = try await RabbitMQConnection.open(broker.configuration())
    let consumer = try await RabbitMQConsumer.start(on: connection, queue: "q")
    let deliver = "tag".shortStringBytes + UInt64(1).bigEndianBytes + [0] + "".shortStringBytes + "q".shortStringBytes
    let header = UInt16(60).bigEndianBytes + [0, 0] + UInt64.max.bigEndianBytes + [0, 0]
    try broker.send(
      WireFrame(method: .basicDeliver, channel: 1, arguments: deliver),
      WireFrame(kind: .header, channel: 1, payload: header))
    let error = try #require(await #expect(throws: RabbitMQError.self) { try await consumer.deliveries() })
    #expect(error == .protocolViolation("a body of 18446744073709551615 bytes"))
  }
}
