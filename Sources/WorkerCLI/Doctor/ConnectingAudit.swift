import Coordination
import Logging
import PostgresClient
import PostgresStore
import SpiceDBAuthorization
import SpiceDBClient
import UnitOfWork

/// Compares some relationships on connections of its own, which end with the comparison.
struct ConnectingAudit: RelationshipAudit {
  let spicedb: SpiceDBConfiguration
  let postgres: PostgresConfiguration
  /// `authorization.open_root`.
  let opensRoot: Bool
  let logger: Logger

  func compare(after position: AuditPosition?, limit: Int) async throws -> AuditReport {
    try await PostgresConnection.connect(postgres.forReplication(), logger: logger).use { connection in
      let tables = PostgresRelationshipTables(on: connection, opensRoot: opensRoot)
      return try await SpiceDBConnection.withConnection(spicedb, logger: logger) { spicedb in
        try await SpiceDBAudit(RelationshipComparison(of: spicedb, with: tables)).compare(after: position, limit: limit)
      }
    }
  }
}
