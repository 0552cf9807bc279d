import Coordination
import Logging
import PostgresClient
import PostgresStore
import RabbitMQBroker
import UnitOfWork
import WorkerRuntime

/// Opens a worker's sessions with RabbitMQ and PostgreSQL, provided that the decider of permissions is ready.
struct ServerSessions: SessionFactory {
  let broker: BrokerConfiguration
  /// For units of work.
  let postgres: PostgresConfiguration
  /// `<virtual host>/<queue>`.
  let queue: String
  /// Shared by successive sessions.
  let patience: ResponsePatience
  private let timeline = KnownTimeline()
  private let hasTried = Signal<Void>()
  let decider: any AccessDecider
  let logger: Logger

  func openBroker() async throws -> any BrokerSession {
    // A crash of the broker may have ended an earlier session, or an attempt to open one.
    defer { hasTried.raise() }
    return try await RabbitMQSession.open(broker, mayHaveCrashed: hasTried.isRaised)
  }

  func openDatabase() async throws -> any DatabaseSession {
    try await PostgresSession.open(postgres, queue: queue, patience: patience, timeline: timeline, logger: logger)
  }

  func haveReturned(_ servers: Set<Condition>) async -> Bool {
    if servers.contains(.broker), await RabbitMQSession.isReachable(broker) { return true }
    return servers.contains(.database) ? await PostgresSession.isReachable(postgres, logger: logger) : false
  }

  func requireDecider() async throws { try await decider.requireReady() }
}
