import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// A name with several addresses, not all of which lead to the broker.
@Suite(.timeLimit(.minutes(10))) struct AddressTests {
  /// What listens at 127.0.0.2 while the broker is at 127.0.0.1, on the same port.
  enum Bystander: CaseIterable {
    case swallowsPackets, saysNothing, refuses
  }

  @Test(arguments: Bystander.allCases) func `an address that does not answer is skipped`(bystander: Bystander)
    async throws
  {
    let broker = try FakeBroker(.confirming)
    let listener =
      bystander == .refuses ? nil : try BlockingSocket.listening(on: "127.0.0.2", port: broker.port, backlog: 0)
    // A full queue of connections: the kernel answers no further SYN (listen(2)).
    let fillers =
      bystander == .swallowsPackets
      ? try (0..<4).map { _ in try BlockingSocket.connecting(to: "127.0.0.2", port: broker.port) } : []
    var configuration = try broker.configuration()
    configuration.connectTimeout = .seconds(15)
    let connection = try await RabbitMQConnection.open(configuration) { _ in ["127.0.0.2", "127.0.0.1"] }
    let publisher = try await RabbitMQPublisher.start(on: connection)
    try await publisher.publish([.text("a", to: "q")])
    await connection.close()
    withExtendedLifetime((listener, fillers)) {}
  }

  @Test func `if no address answers, the last error is reported, in time`() async throws {
    let port = try ClosedPort.reserve()
    var configuration = try RabbitMQConfiguration(url: "amqp://127.0.0.1:\(port)")
    configuration.connectTimeout = .seconds(60)
    let error = try #require(
      await #expect(throws: RabbitMQError.self) {
        _ = try await RabbitMQConnection.open(configuration) { _ in ["127.0.0.2", "127.0.0.3"] }
      })
    #expect(error == .unreachable(endpoint: "127.0.0.1:\(port)", reason: "refused, or no route"))
  }
}
