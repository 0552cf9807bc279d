package import RabbitMQClient
package import WorkerRuntime

extension RabbitMQError: ConditionalError {
  /// A missing object concerns the topology; an error that concerns neither the topology nor the consumer concerns the
  /// connection.
  package var condition: Condition {
    switch self {
    case .channelClosed(.notFound, _), .unroutable: .topology
    // RabbitMQ closes a publisher's channel with PRECONDITION_FAILED for a message above its max_message_size.
    case .channelClosed(.preconditionFailed, let text) where text.contains("max size"): .broker
    // RabbitMQ closes a consumer's channel with PRECONDITION_FAILED if an acknowledgement is late (consumer_timeout).
    case .consumerCancelled, .channelClosed(.preconditionFailed, _), .overflowed: .consumer
    default: .broker
    }
  }

  package var meansUnreachable: Bool {
    switch self {
    case .unreachable, .exhausted: true
    default: false
    }
  }
}
