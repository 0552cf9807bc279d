import ArgumentParser
import PostgresStore

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows the messages that nobody could process.",
    subcommands: [DeadLetterList.self, DeadLetterShow.self])

  /// Runs `body` with the ledger on a connection of its own.
  static func withLedger(_ options: ConfigurationOptions, _ body: (PostgresDeadLetters) async throws -> Void) async throws {
    try await options.withDatabase { connection, _ in try await body(PostgresDeadLetters(connection: connection)) }
  }
}
