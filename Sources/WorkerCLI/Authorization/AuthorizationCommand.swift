import ArgumentParser

/// `authorization`: who may do what, and its copy in SpiceDB.
struct AuthorizationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorization", abstract: "Says who may do what, and why; looks after the copy of it in SpiceDB.",
    discussion:
      "check and explain answer by the database as it is at that moment, and by the rules that commands are decided by.",
    subcommands: [
      AuthorizationCheck.self, AuthorizationExplain.self, AuthorizationSchemaCommand.self, AuthorizationVerify.self,
      AuthorizationRepair.self,
    ])
}
