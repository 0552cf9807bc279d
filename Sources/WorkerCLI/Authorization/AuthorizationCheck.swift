import ArgumentParser

/// `authorization check`: yes or no.
struct AuthorizationCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Says whether a user may do something.",
    discussion: "Exits 0 if permitted, 2 if not.")

  @OptionGroup var question: AccessQuestionOptions
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await OperatorSession.run(options) { session in
      let report = AccessReport(try await session.explanation(of: question.value))
      try output.print(report)
      if !report.allowed { throw ExitCode.no }
    }
  }
}
