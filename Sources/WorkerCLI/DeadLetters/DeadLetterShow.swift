import ArgumentParser
import Observability
import PostgresStore
import WorkspaceDomain

struct DeadLetterShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a dead letter with its properties, headers and body.",
    discussion: "Exits 2 when there is no such letter.")

  @Argument(help: "The letter, as dead-letters list names it.")
  var id: ULID
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await options.withDatabase { connection, _ in
      let ledger = PostgresDeadLetters(connection: connection)
      guard let (letter, message) = try await ledger.letter(id) else {
        StandardError.write("workspace-worker: there is no dead letter \(id)\n")
        throw ExitCode.no
      }
      let report = DeadLetterReport(
        letter, message, try await PostgresReplays(connection: connection).history(of: id))
      try output.print(report, text: report.text)
    }
  }
}
