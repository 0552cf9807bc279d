import ArgumentParser
import FoundationEssentials

/// How a command prints its data.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// `--format`, for every command that prints data.
struct OutputOptions: ParsableArguments {
  @Option(help: "Output format: text for people, json for programs.")
  var format = OutputFormat.text

  /// Prints `value` as JSON, or `text` for people, to standard output.
  func print(_ value: some Encodable, text: @autoclosure () -> String) throws {
    switch format {
    case .text: try StandardOutput.print(text())
    case .json: try StandardOutput.print(try Self.json(value))
    }
  }

  static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder.output.encode(value), as: UTF8.self)
  }
}
