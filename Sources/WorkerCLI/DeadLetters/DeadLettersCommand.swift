import ArgumentParser
import PostgresStore

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows the messages that nobody could process, and sends them again.",
    subcommands: [
      DeadLetterList.self, DeadLetterShow.self, DeadLetterReplay.self, DeadLetterResume.self, DeadLetterPlans.self,
      DeadLetterDiscard.self, DeadLetterRestore.self, DeadLetterExport.self, DeadLetterImport.self,
    ])

  /// Runs `body` with the ledger on a connection of its own.
  static func withLedger(
    _ options: ConfigurationOptions, _ body: (PostgresDeadLetters, Servers) async throws -> Void
  ) async throws {
    try await options.withDatabase { connection, configuration in
      try await body(PostgresDeadLetters(connection: connection), try Servers(configuration))
    }
  }
}
