import Logging
import PostgresClient
import PostgresStore
import RabbitMQBroker
import WorkerRuntime

/// Opens a worker's sessions with RabbitMQ and PostgreSQL.
struct ServerSessions: SessionFactory {
  let broker: BrokerConfiguration
  /// For units of work.
  let postgres: PostgresConfiguration
  /// `<virtual host>/<queue>`.
  let queue: String
  /// For all sessions, one after the other.
  let patience: ResponsePatience
  let logger: Logger

  func openBroker() async throws -> any BrokerSession { try await RabbitMQSession.open(broker) }

  func openDatabase() async throws -> any DatabaseSession {
    try await PostgresSession.open(postgres, queue: queue, patience: patience, logger: logger)
  }

  func answer(_ servers: Set<Condition>) async -> Bool {
    for server in servers {
      let answers = server == .broker
        ? await RabbitMQSession.answers(broker) : await PostgresSession.answers(postgres, logger: logger)
      guard answers else { return false }
    }
    return true
  }
}
