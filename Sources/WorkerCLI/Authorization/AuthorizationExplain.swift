import ArgumentParser
import UnitOfWork
import WorkspaceApplication

/// `authorization explain`: yes or no, and why.
struct AuthorizationExplain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Says by what a user may do something, or what he lacks.",
    discussion: "Exits 0 when he may, 2 when he may not.")

  @OptionGroup var question: AccessQuestionOptions
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await question.ask(options) { explanation, rules in
      let report = AccessExplanationReport(explanation, isEnforced: rules.isEnforced)
      try output.print(report, text: report.text)
      if explanation.ground == nil { throw ExitCode.no }
    }
  }
}
