import Coordination
import PostgresClient
import PostgresStore
import Settings

extension ConfigurationOptions {
  /// Runs `body` with a connection of its own to a database that has all migrations.
  func withDatabase(_ body: (PostgresConnection, WorkerConfiguration) async throws -> Void) async throws {
    try await FailureReport.reporting {
      let configuration = try await load()
      let logger = LogSetup.start(configuration.log)
      let connection = try await PostgresConnection.connect(
        try Servers(configuration).forOneCommand.postgres, logger: logger)
      try await connection.use { connection in
        _ = try await Migrator(connection: connection, logger: logger).verify()
        try await body(connection, configuration)
      }
    }
  }
}
