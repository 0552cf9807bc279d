import PostgresClient
import TestSupport

extension Deployment {
  /// Drops a role that has rights only in this database, along with those rights.
  package func dropRole(_ role: String) async throws {
    try await database.withConnection { connection in
      try await connection.execute(
        script: """
          revoke all on all tables in schema public from \(role);
          revoke all on all functions in schema public from \(role);
          revoke all on schema public from \(role);
          drop role \(role);
          """)
    }
  }
}
