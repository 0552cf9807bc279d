import ArgumentParser
import SpiceDBAuthorization
import SpiceDBClient

struct AuthorizationSchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Prints the schema that SpiceDB needs, or writes it there.",
    discussion: "Relationships are kept. SpiceDB refuses a schema that would orphan any; nothing is changed then.")

  @Flag(help: "Write it to the configured SpiceDB.")
  var apply = false
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    guard apply else {
      let schema = AuthorizationSchema.text
      return try await FailureReport.reporting { try output.print(["schema": schema], text: schema) }
    }
    try await options.withSpiceDB { spicedb, _, _, _ in
      try await spicedb.write(schema: AuthorizationSchema.text)
      try output.print(["written": true], text: "the schema was written")
    }
  }
}
