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
  /// An object that is not there, or is not as it was when this worker began, is a matter of the topology; all else is
  /// one of the connection.
  package var condition: Condition {
    switch self {
    case .channelClosed(.notFound, _), .channelClosed(.preconditionFailed, _), .unroutable: .topology
    case .consumerCancelled: .consumer
    default: .broker
    }
  }
}
