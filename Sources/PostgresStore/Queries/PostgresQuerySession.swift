internal import Coordination
package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime

/// A connection of the pool that queries are answered from.
package struct PostgresQuerySession: QuerySession {
  private let connection: PostgresConnection
  package let reader: any SnapshotReader

  /// Connects, and checks that the database has the schema that this version needs.
  ///
  /// - Parameter configuration: should come from ``PostgresConfiguration/forQueries(timeout:)``.
  /// - Throws: ``PostgresError``; ``MigrationError``.
  package static func open(_ configuration: PostgresConfiguration, logger: Logger) async throws -> any QuerySession {
    let connection = try await PostgresConnection.connect(configuration, logger: logger)
    return try await connection.closedOnFailure { connection in
      _ = try await Migrator(connection: connection, logger: logger).verify()
      return PostgresQuerySession(connection: connection, reader: PostgresSnapshotReader(connection: connection))
    }
  }

  package func waitUntilClosed() async -> any Error { await connection.waitUntilClosed() }

  package func close() async { await connection.close() }
}
