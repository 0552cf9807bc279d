import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// A broker that exists but says nothing: its process hangs, or the network is gone.
@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(5))) struct SilentBrokerTests {
  private let host: VirtualHost
  private let proxy: FaultProxy
  private let configuration: RabbitMQConfiguration

  init() throws {
    host = try .required()
    var configuration = try host.configuration()
    proxy = try FaultProxy(toPort: configuration.port)
    configuration.port = proxy.port
    configuration.setHeartbeat(1)
    self.configuration = configuration
  }

  private func fallSilent(_ isGone: Bool) { isGone ? proxy.dropPackets() : proxy.freeze() }

  /// Two heartbeats; the rest is slack for a machine busy with other tests.
  private func expectNotice(since start: ContinuousClock.Instant) { #expect(ContinuousClock.now - start < .seconds(6)) }

  @Test(arguments: [false, true]) func `an idle consumer notices within two heartbeats`(isGone: Bool) async throws {
    let queue = ShortString("idle-\(isGone)") ?? ""
    try await host.declare(queue)
    let connection = try await RabbitMQConnection.open(configuration)
    let consumer = try await RabbitMQConsumer.start(on: connection, queue: queue)
    fallSilent(isGone)
    let start = ContinuousClock.now
    await #expect(throws: RabbitMQError.self) { try await consumer.deliveries() }
    expectNotice(since: start)
    guard case .connectionLost = try await connection.waitUntilClosed() else {
      Issue.record("a reason other than a lost connection")
      return
    }
  }

  @Test(arguments: [false, true]) func `a publisher that waits for confirms notices within two heartbeats`(isGone: Bool)
    async throws
  {
    let queue = ShortString("confirms-\(isGone)") ?? ""
    try await host.declare(queue)
    let publisher = try await RabbitMQPublisher.start(on: RabbitMQConnection.open(configuration))
    try await publisher.publish([.text("a", to: queue)])
    fallSilent(isGone)
    let start = ContinuousClock.now
    await #expect(throws: RabbitMQError.self) { try await publisher.publish([.text("b", to: queue)]) }
    expectNotice(since: start)
  }

  @Test(arguments: [false, true]) func `a publisher with more to send than the network accepts notices in time`(
    isGone: Bool
  ) async throws {
    let queue = ShortString("large-\(isGone)") ?? ""
    try await host.declare(queue)
    let publisher = try await RabbitMQPublisher.start(on: RabbitMQConnection.open(configuration))
    fallSilent(isGone)
    let start = ContinuousClock.now
    let body = String(repeating: "x", count: 1 << 20)
    await #expect(throws: RabbitMQError.self) {
      try await publisher.publish((0..<16).map { _ in .text(body, to: queue) })
    }
    #expect(ContinuousClock.now - start < .seconds(10))
  }
}
