import Coordination
package import Logging
import Operations
package import PostgresClient
package import UnitOfWork

/// How far SpiceDB lags behind, according to the database of a configuration.
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
