import Coordination
import Messaging
package import Operations
package import RabbitMQClient

/// Opens connections to the broker for an operator's commands.
package struct BrokerSendingGateway: SendingGateway {
  private let configuration: RabbitMQConfiguration

  package init(_ configuration: RabbitMQConfiguration) { self.configuration = configuration }

  package func open() async throws -> any SendingLink {
    BrokerSendingLink(connection: try await RabbitMQConnection.open(configuration))
  }

  package func openReplies() async throws -> any ReplyQueue { try await TemporaryQueue.open(configuration) }
}

/// A connection that commands are published over.
struct BrokerSendingLink: SendingLink {
  let connection: RabbitMQConnection

  func publisher() async throws -> any MessagePublisher {
    try await RabbitMQPublisher.start(on: connection, options: .forOneCommand)
  }

  func close() async { await connection.close() }
}
