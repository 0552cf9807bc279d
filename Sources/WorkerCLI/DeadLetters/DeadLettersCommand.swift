import ArgumentParser
import PostgresClient
import PostgresStore

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows the messages that nobody could process.",
    subcommands: [DeadLetterList.self, DeadLetterShow.self])

  /// Runs `body` with the ledger on a connection of its own.
  static func withLedger(_ options: ConfigurationOptions, _ body: (PostgresDeadLetters) async throws -> Void) async throws {
    try await FailureReport.reporting {
      let configuration = try await options.load()
      let logger = LogSetup.start(configuration.log)
      let connection = try await PostgresConnection.connect(
        try Servers(configuration).forOneCommand.postgres, logger: logger)
      do {
        _ = try await Migrator(connection: connection, logger: logger).verify()
        try await body(PostgresDeadLetters(connection: connection))
      } catch {
        await connection.close()
        throw error
      }
      await connection.close()
    }
  }
}
