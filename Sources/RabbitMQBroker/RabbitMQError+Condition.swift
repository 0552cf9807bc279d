package import RabbitMQClient
package import WorkerRuntime

extension RabbitMQError: ConditionalError {
  /// A missing object concerns the topology; anything that doesn't concern the consumer either concerns the connection.
  package var condition: Condition {
    switch self {
    case .channelClosed(.notFound, _), .unroutable: .topology
    // RabbitMQ says so to a consumer that is late with an acknowledgement (consumer_timeout).
    case .consumerCancelled, .channelClosed(.preconditionFailed, _), .overflowed: .consumer
    default: .broker
    }
  }

  package var meansAbsence: Bool {
    switch self {
    case .unreachable, .exhausted: true
    default: false
    }
  }
}
