package import Messaging
import RabbitMQClient
package import TestSupport

/// Publishes commands as upstream services do: with confirms, on one connection, so in order.
package struct CommandSender: Sendable {
  private let publisher: RabbitMQPublisher

  package static func open(on host: VirtualHost) async throws -> CommandSender {
    let connection = try await RabbitMQConnection.open(host.configuration("test sender"))
    var options = PublisherOptions()
    options.isMandatory = true
    return CommandSender(publisher: try await RabbitMQPublisher.start(on: connection, options: options))
  }

  /// Returns when the broker has all of them.
  package func send(_ commands: [Command]) async throws { try await publisher.publish(commands.map { $0.message() }) }

  package func send(_ messages: [AMQPMessage]) async throws { try await publisher.publish(messages) }

  package func close() async { await publisher.connection.close() }
}
