import ArgumentParser

struct AuthorizationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorization", abstract: "Looks after who may do what in SpiceDB.",
    subcommands: [AuthorizationSchemaCommand.self, AuthorizationVerify.self, AuthorizationRepair.self])
}
