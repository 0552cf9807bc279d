import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// A broker that exists but says nothing: its process hangs, or the network is gone.
@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct SilentBrokerTests {
  private let host: VirtualHost
  private let proxy: FaultProxy
  private let configuration: RabbitMQConfiguration

  init() throws {
    host = try .required()
    var configuration = try host.configuration()
    proxy = try FaultProxy(toPort: configuration.port)
    configuration.port = proxy.port
    configuration.setHeartbeat(2)
    self.configuration = configuration
  }

  private func fallSilent(_ isGone: Bool) { isGone ? proxy.dropPackets() : proxy.freeze() }

  /// Only the heartbeats may end a publication here.
  private var options: PublisherOptions {
    var options = PublisherOptions()
    options.progressTimeout = .seconds(3600)
    return options
  }

  /// Four seconds are allowed; the rest is slack for a machine busy with other tests. If nobody noticed, a call would
  /// last an hour, or for the two minutes after which a ``FaultProxy`` that drops packets loses connections.
  private func expectNotice(_ call: @escaping @Sendable () async throws -> Void) async {
    await #expect(throws: RabbitMQError.self) {
      try await Patience.wait(for: "the silence is noticed", .seconds(60), call)
    }
  }

  @Test(arguments: [false, true]) func `an idle consumer notices within two heartbeats`(isGone: Bool) async throws {
    let queue = ShortString("idle-\(isGone)") ?? ""
    try await host.declare(queue)
    let connection = try await RabbitMQConnection.open(configuration)
    let consumer = try await RabbitMQConsumer.start(on: connection, queue: queue)
    fallSilent(isGone)
    await expectNotice { _ = try await consumer.deliveries() }
    guard case .connectionLost(let reason) = try await connection.waitUntilClosed() else {
      Issue.record("a reason other than a lost connection")
      return
    }
    // The kernel may notice a black hole as early.
    #expect(isGone || reason == "the broker has missed two heartbeats")
  }

  @Test(arguments: [false, true]) func `a publisher that waits for confirms notices within two heartbeats`(isGone: Bool)
    async throws
  {
    let queue = ShortString("confirms-\(isGone)") ?? ""
    try await host.declare(queue)
    let publisher = try await RabbitMQPublisher.start(
      on: RabbitMQConnection.open(configuration), options: options)
    try await publisher.publish([.text("a", to: queue)])
    fallSilent(isGone)
    await expectNotice { try await publisher.publish([.text("b", to: queue)]) }
  }

  @Test(arguments: [false, true]) func `a publisher with more to send than the network accepts notices in time`(
    isGone: Bool
  ) async throws {
    let queue = ShortString("large-\(isGone)") ?? ""
    try await host.declare(queue)
    let publisher = try await RabbitMQPublisher.start(
      on: RabbitMQConnection.open(configuration), options: options)
    fallSilent(isGone)
    let body = String(repeating: "x", count: 1 << 20)
    await expectNotice { try await publisher.publish((0..<16).map { _ in .text(body, to: queue) }) }
  }
}
