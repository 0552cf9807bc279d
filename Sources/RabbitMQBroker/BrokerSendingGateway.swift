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

extension PublisherOptions {
  /// For an operator's command: a message that no queue takes is an error, and so is a broker that blocks publishers. A
  /// worker waits for that one; somebody at a terminal is told.
  static var forOneCommand: PublisherOptions {
    var options = PublisherOptions()
    options.isMandatory = true
    options.blockedTimeout = .seconds(8)
    return options
  }
}

/// A connection that commands are published over.
struct BrokerSendingLink: SendingLink {
  let connection: RabbitMQConnection

  func publisher() async throws -> any MessagePublisher {
    let options = PublisherOptions.forOneCommand
    return try await RabbitMQPublisher.start(on: connection, options: options)
  }

  func close() async { await connection.close() }
}
