import PostgresClient
import PostgresStore

extension ConfigurationOptions {
  /// Runs `body` with a connection of its own to a database that has all migrations.
  func withDatabase(_ body: (PostgresConnection, WorkerConfiguration) async throws -> Void) async throws {
    try await FailureReport.reporting {
      let configuration = try await load()
      let logger = LogSetup.start(configuration.log)
      let connection = try await PostgresConnection.connect(
        try Servers(configuration).forOneCommand.postgres, logger: logger)
      do {
        _ = try await Migrator(connection: connection, logger: logger).verify()
        try await body(connection, configuration)
      } catch {
        await connection.close()
        throw error
      }
      await connection.close()
    }
  }
}
