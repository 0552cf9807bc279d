import DeliveryPipeline
import RabbitMQClient
import TestSupport

/// Publishes commands as upstream does: with confirms, on one connection, so in order.
struct CommandSender: Sendable {
  private let publisher: RabbitMQPublisher

  static func open(on host: VirtualHost) async throws -> CommandSender {
    let connection = try await RabbitMQConnection.open(host.configuration("test sender"))
    var options = PublisherOptions()
    options.isMandatory = true
    return CommandSender(publisher: try await RabbitMQPublisher.start(on: connection, options: options))
  }

  /// Returns when the broker has all of them.
  func send(_ commands: [Command]) async throws { try await publisher.publish(commands.map { $0.message() }) }

  func send(_ messages: [OutboundMessage]) async throws { try await publisher.publish(messages) }

  func close() async { await publisher.connection.close() }
}
