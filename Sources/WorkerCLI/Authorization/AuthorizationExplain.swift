import ArgumentParser
import Operations
import Settings
import WorkspaceApplication

/// `authorization explain`: yes or no, and why.
struct AuthorizationExplain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explains why a user may or may not do something.",
    discussion: "Exits 0 if permitted, 2 if not.")

  @OptionGroup var question: AccessQuestionOptions
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let explanation = try await session.explanation(of: question.value)
      let isEnforced = session.configuration.rules.access.isEnforced
      try output.print(AccessExplanationReport(explanation, isEnforced: isEnforced))
      if explanation.ground == nil { throw ExitCode.no }
    }
  }
}
