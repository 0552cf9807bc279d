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

  func run() async throws {
    guard apply else { return try await FailureReport.reporting { try StandardOutput.print(AuthorizationSchema.text) } }
    try await options.withSpiceDB { spicedb, _, _, _ in
      try await spicedb.write(schema: AuthorizationSchema.text)
      try StandardOutput.print("the schema was written")
    }
  }
}
