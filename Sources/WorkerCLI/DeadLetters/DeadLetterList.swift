import ArgumentParser
import Operations
import WorkspaceDomain

struct DeadLetterList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists dead letters, newest first, or counts them by a common property.")

  @OptionGroup var filter: DeadLetterFilterOptions
  @Option(help: "Count instead, grouped by: \(DeadLetterGroup.Key.allCases.map(\.rawValue).joined(separator: ", ")).")
  var groupBy: DeadLetterGroup.Key?
  @Option(
    help: "Only those in this state: \(DeadLetterState.allCases.map(\.rawValue).joined(separator: ", ")), or all.")
  var state = "open"
  @Option(help: "The maximum number of lines, 1-1000.")
  var limit = 50
  @Option(help: "Continue after this letter, the last one of the previous page.")
  var after: ULID?
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
    guard state == "all" || DeadLetterState(rawValue: state) != nil else {
      throw ValidationError(
        "--state takes one of \(DeadLetterState.allCases.map(\.rawValue).joined(separator: ", ")), or all.")
    }
    if groupBy != nil, after != nil { throw ValidationError("--after is for lists, not counts.") }
  }

  func run() async throws {
    try await OperatorSession.run(options) { session in
      var chosen = filter.filter(on: session.servers)
      chosen.states = DeadLetterState(rawValue: state).map { [$0] } ?? []
      if let groupBy {
        let groups = try await session.deadLetters.groups(by: groupBy, chosen, limit: limit + 1)
        try output.print(DeadLetterGroupReport(key: groupBy, groups, limit: limit))
      } else {
        try output.print(DeadLetterListReport(try await session.deadLetters.page(chosen, after: after, limit: limit)))
      }
    }
  }
}

extension DeadLetterGroup.Key: ExpressibleByArgument {}
