internal import Coordination
package import Logging
package import Messaging
package import RabbitMQClient

/// How the worker of one queue uses the broker.
package struct BrokerConfiguration: Sendable {
  package let server: RabbitMQConfiguration
  package let names: BrokerNames
  /// How results and events are published.
  package let forms: PublishingForms
  /// How commands are consumed.
  let consuming: ConsumerOptions
  /// How messages dead-lettered by the broker are consumed.
  let consumingDeadLetters: ConsumerOptions

  /// - Parameters:
  ///   - prefetch: how many commands the broker sends without an acknowledgement, at most 65535.
  ///   - bufferBytes: how many bytes of bodies and properties may wait in memory.
  ///   - batchCount: the largest number of commands in a transaction.
  package init(
    server: RabbitMQConfiguration, names: BrokerNames, forms: PublishingForms, prefetch: Int, bufferBytes: Int,
    batchCount: Int
  ) {
    self.server = server
    self.names = names
    self.forms = forms
    var options = ConsumerOptions()
    options.maximumBufferedBytes = bufferBytes
    options.prefetch = UInt16(clamping: prefetch)
    consuming = options
    // Few: no sender waits for these messages, which are recorded together with batches of commands.
    options.prefetch = UInt16(clamping: max(1, min(64, batchCount / 4)))
    consumingDeadLetters = options
  }

  /// The publisher of replies, with a connection of its own.
  package func replies(logger: Logger) -> ReplyPublisher {
    ReplyPublisher(
      server.named("reply"), reconnect: Backoff(shortest: .milliseconds(500), longest: .seconds(5)), logger: logger)
  }

  /// Opens a connection.
  ///
  /// - Parameter purpose: shown to operators.
  func open(_ purpose: String) async throws -> RabbitMQConnection {
    try await RabbitMQConnection.open(server.named(purpose))
  }
}

extension RabbitMQConfiguration {
  /// The same configuration, with names for the connection and its thread that show operators the purpose.
  func named(_ purpose: String) -> RabbitMQConfiguration {
    var configuration = self
    configuration.connectionName = "workspace-worker \(purpose)"
    configuration.threadName = "amqp \(purpose)"
    return configuration
  }
}
