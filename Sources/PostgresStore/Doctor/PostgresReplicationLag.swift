import Coordination
package import Logging
import Operations
package import PostgresClient
package import UnitOfWork

/// How far SpiceDB is behind, as the database of a configuration knows it.
package struct PostgresReplicationLag: ReplicationLagSource {
  private let configuration: PostgresConfiguration
  private let logger: Logger

  package init(_ configuration: PostgresConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  package func lag() async throws -> ReplicationLag {
    try await PostgresConnection.connect(configuration.forReplication(), logger: logger).use { connection in
      try await PostgresStatistics.replicationLag(connection)
    }
  }
}
