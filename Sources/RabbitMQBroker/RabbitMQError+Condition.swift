package import RabbitMQClient
package import WorkerRuntime

extension RabbitMQError: ConditionalError {
  /// An object that is not there is a matter of the topology; what is not about the consumer either is one of the
  /// connection.
  package var condition: Condition {
    switch self {
    case .channelClosed(.notFound, _), .unroutable: .topology
    // RabbitMQ says so to a consumer that is late with an acknowledgement (consumer_timeout).
    case .consumerCancelled, .channelClosed(.preconditionFailed, _), .overflowed: .consumer
    default: .broker
    }
  }
}
