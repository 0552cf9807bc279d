import ArgumentParser
import MessageSchemas

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Prints the JSON Schemas (draft 2020-12) of commands, results and events.",
    discussion: "Needs no broker and no database. docs/asyncapi.yaml describes the channels that carry the messages.")

  @Argument(
    help: "A message's type, such as workspace.create or workspace.create.succeeded. Default: all in one document.")
  var name: String?
  @Flag(help: "Print the types of messages instead, one per line.")
  var list = false
  /// Schemas are JSON in both formats.
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await FailureReport.reporting {
      if list {
        return try output.print(["types": MessageSchemas.names], text: MessageSchemas.names.joined(separator: "\n"))
      }
      guard let name else { return try StandardOutput.write(MessageSchemas.document) }
      guard let schema = MessageSchemas.schema(name) else {
        throw ValidationError("There is no schema for \(name); --list prints the existing ones.")
      }
      try StandardOutput.write(schema + [0x0A])
    }
  }
}
