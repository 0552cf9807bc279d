import ArgumentParser

/// `authorization`: who may do what, and its copy in SpiceDB.
struct AuthorizationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorization", abstract: "Says who may do what, and why; maintains the copy in SpiceDB.",
    discussion:
      "check and explain answer from the current state of the database, by the same rules as for commands.",
    subcommands: [
      AuthorizationCheck.self, AuthorizationExplain.self, AuthorizationSchemaCommand.self, AuthorizationVerify.self,
      AuthorizationRepair.self,
    ])
}
