/// Everything that is wrong with the configuration, at once.
struct ConfigurationProblems: Error, CustomStringConvertible {
  private(set) var problems: [String] = []

  var isEmpty: Bool { problems.isEmpty }

  mutating func add(_ problem: String) { problems.append(problem) }

  mutating func add(_ others: ConfigurationProblems) { problems += others.problems }

  var description: String {
    "the configuration has \(problems.count == 1 ? "a problem" : "\(problems.count) problems"):\n"
      + problems.map { "  - \($0)" }.joined(separator: "\n")
  }
}
