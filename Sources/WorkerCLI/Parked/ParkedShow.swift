import ArgumentParser
import Observability
import PostgresStore
import UnitOfWork

struct ParkedShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a parked command with its properties, headers and body.",
    discussion: "Exits 2 when there is no such command.")

  @Argument(help: "Its number, as parked list names it.")
  var id: Int64
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let lines = session.parkedLines
      guard let entry = try await lines.command(ParkedID(number: id)) else {
        StandardError.write("workspace-worker: there is no parked command \(id)\n")
        throw ExitCode.no
      }
      let report = ParkedCommandReport(entry)
      try output.print(report, text: report.text)
    }
  }
}
