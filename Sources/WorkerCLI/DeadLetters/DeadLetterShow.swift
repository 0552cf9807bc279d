import ArgumentParser
import Operations
import WorkspaceDomain

struct DeadLetterShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a dead letter with its properties, headers and body.",
    discussion: "Exits 2 if there is no such letter.")

  @Argument(help: "The letter's id, as shown by dead-letters list.")
  var id: ULID
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let (letter, message) = try await session.deadLetters.letter(id).orNo("there is no dead letter \(id)")
      try output.print(DeadLetterReport(letter, message, try await session.replayStore.history(of: id)))
    }
  }
}
