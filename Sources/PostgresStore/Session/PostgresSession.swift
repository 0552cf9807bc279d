internal import Coordination
internal import FoundationEssentials
package import Logging
package import PostgresClient
package import UnitOfWork
internal import WorkerRuntime

/// A worker's connection to PostgreSQL: units of work and the lease share it.
package struct PostgresSession: DatabaseSession {
  private let connection: PostgresConnection
  private let queue: String
  package let store: any UnitOfWorkStore

  /// Connects, and checks that the database has the schema that this version needs.
  ///
  /// - Parameters:
  ///   - configuration: should come from ``PostgresConfiguration/forUnitsOfWork(idleSessionTimeout:)``.
  ///   - queue: `<virtual host>/<queue>`.
  ///   - patience: shared by successive sessions.
  ///   - timeline: likewise.
  /// - Throws: ``PostgresError``; ``MigrationError``; ``MissingConditions`` if the server is a former primary.
  package static func open(
    _ configuration: PostgresConfiguration, queue: String, patience: ResponsePatience, timeline: KnownTimeline,
    logger: Logger
  ) async throws -> PostgresSession {
    let connection = try await PostgresConnection.connect(configuration, logger: logger)
    return try await connection.closedOnFailure { connection in
      try await timeline.require(on: connection)
      let unknown = try await Migrator(connection: connection, logger: logger).verify()
      if !unknown.isEmpty {
        logger.notice("the database has migrations of a newer version", metadata: ["versions": "\(unknown)"])
      }
      return PostgresSession(
        connection: connection, queue: queue,
        store: PostgresUnitOfWorkStore(connection: connection, queue: queue, patience: patience, logger: logger))
    }
  }

  /// Whether a server responds now: it accepts a connection, or says why it doesn't.
  package static func isReachable(_ configuration: PostgresConfiguration, logger: Logger) async -> Bool {
    do {
      await (try await PostgresConnection.connect(configuration, logger: logger)).close()
      return true
    } catch {
      return !error.meansUnreachable
    }
  }

  package func lease(at broker: LeaseHolder.Broker) -> any ActiveWorkerLease {
    let process = LeaseHolder.Process(
      host: ProcessInfo.processInfo.hostName, id: ProcessInfo.processInfo.processIdentifier, broker: broker,
      since: SystemWallClock().now())
    return WorkerLease(connection: connection, queue: queue, process: process)
  }

  package func waitUntilClosed() async -> any Error { await connection.waitUntilClosed() }

  package func close() async { await connection.close() }
}
