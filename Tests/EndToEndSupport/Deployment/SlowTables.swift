import PostgresClient
import TestSupport

/// Tables into which inserting is slow until the triggers are lifted.
package struct SlowTables: Sendable {
  private let deployment: Deployment

  package static func set(_ tables: String..., seconds: Double, in deployment: Deployment) async throws -> SlowTables {
    let triggers = tables.map { table in
      "create trigger slow after insert on \(table) for each statement execute function slow();"
    }
    try await deployment.database.withConnection {
      try await $0.execute(
        script: """
          create function slow() returns trigger language plpgsql as $$
          begin
            perform pg_sleep(\(seconds));
            return null;
          end
          $$;
          \(triggers.joined(separator: "\n"))
          """)
    }
    return SlowTables(deployment: deployment)
  }

  package func lift() async throws {
    try await deployment.database.withConnection { try await $0.execute(script: "drop function slow cascade") }
  }
}
