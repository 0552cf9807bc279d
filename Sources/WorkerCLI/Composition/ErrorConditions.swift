import PostgresClient
import PostgresStore
import RabbitMQClient
package import WorkerRuntime

// What is missing for work to flow, by the error that tells of it.

extension PostgresError: ConditionalError {
  package var condition: Condition { .database }
}

extension MigrationError: ConditionalError {
  package var condition: Condition {
    if case .postgres = self { .database } else { .migrations }
  }
}

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
