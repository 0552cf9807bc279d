internal import Coordination
package import Logging
package import Messaging
package import RabbitMQClient
package import WorkerRuntime

/// How the query lane uses the broker: over connections of its own.
package struct QueryConfiguration: Sendable {
  private let server: RabbitMQConfiguration
  private let queue: ShortString
  private let consuming: ConsumerOptions
  private let limits: ReplyLedger.Limits

  package init(server: RabbitMQConfiguration, names: BrokerNames, settings: QuerySettings) {
    self.server = server
    queue = names.queriesQueue
    var consuming = ConsumerOptions()
    // The other half is for the lane's own buffer.
    consuming.maximumBufferedBytes = settings.bufferBytes / 2
    consuming.prefetch = UInt16(clamping: settings.prefetch)
    self.consuming = consuming
    var limits = ReplyLedger.Limits()
    // Each query has one answer, and all answers may go to a single reply queue.
    limits.queueCount = limits.count
    limits.queueBytes = limits.bytes
    // After that, the sender of the query no longer waits for the answer.
    limits.patience = settings.timeout
    self.limits = limits
  }

  /// Starts consuming the queue of queries.
  package func consume() async throws -> Link<any DeliverySource> {
    try await RabbitMQConnection.open(server.named("queries")).closedOnFailure { connection in
      Link(try await RabbitMQConsumer.start(on: connection, queue: queue, options: consuming), on: connection)
    }
  }

  /// The publisher of answers. It is not patient with an absent or silent broker: the queries' senders aren't, either.
  package func replies(logger: Logger) -> ReplyPublisher {
    ReplyPublisher(
      server.named("answer"), limits: limits, reconnect: Backoff(shortest: .milliseconds(100), longest: .seconds(5)),
      longestAbsence: .zero, logger: logger)
  }
}
