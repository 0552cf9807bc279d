internal import Coordination
package import Logging
package import Messaging
package import RabbitMQClient
package import WorkerRuntime

/// How the lane of queries uses the broker: over connections that nothing else uses.
package struct QueryConfiguration: Sendable {
  private let server: RabbitMQConfiguration
  private let queue: ShortString
  private let consuming: ConsumerOptions
  private let limits: ReplyLedger.Limits

  package init(server: RabbitMQConfiguration, names: BrokerNames, settings: QuerySettings) {
    self.server = server
    queue = names.queriesQueue
    var consuming = ConsumerOptions()
    // The lane keeps the other half.
    consuming.maximumBufferedBytes = settings.bufferBytes / 2
    consuming.prefetch = UInt16(clamping: settings.prefetch)
    self.consuming = consuming
    var limits = ReplyLedger.Limits()
    // Each query is answered once, and one queue may be all that asks.
    limits.queueCount = limits.count
    limits.queueBytes = limits.bytes
    // A later answer reaches nobody.
    limits.patience = settings.timeout
    self.limits = limits
  }

  /// Begins to consume.
  package func consume() async throws -> Link<any DeliverySource> {
    try await RabbitMQConnection.open(server.named("queries")).closedOnFailure { connection in
      Link(try await RabbitMQConsumer.start(on: connection, queue: queue, options: consuming), on: connection)
    }
  }

  /// What sends answers.
  package func replies(logger: Logger) -> ReplyPublisher {
    ReplyPublisher(
      server.named("answer"), limits: limits, reconnect: Backoff(shortest: .milliseconds(100), longest: .seconds(5)),
      logger: logger)
  }
}
