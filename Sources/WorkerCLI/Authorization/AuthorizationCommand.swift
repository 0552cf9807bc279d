import ArgumentParser

/// `authorization`: who may do what.
struct AuthorizationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorization", abstract: "Says who may do what, and why.",
    discussion: "Answers are by the database as it is at that moment, and by the rules that commands are decided by.",
    subcommands: [AuthorizationCheck.self, AuthorizationExplain.self])
}
