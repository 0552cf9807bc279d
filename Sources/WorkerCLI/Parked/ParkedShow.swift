import ArgumentParser
import Operations
import UnitOfWork

struct ParkedShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a parked command with its properties, headers and body.",
    discussion: "Exits 2 if there is no such command.")

  @Argument(help: "Its number, as shown by parked list.")
  var id: Int64
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let entry = try await session.parkedCommands.command(ParkedID(number: id)).orNo(
        "there is no parked command \(id)")
      try output.print(ParkedCommandReport(entry))
    }
  }
}
