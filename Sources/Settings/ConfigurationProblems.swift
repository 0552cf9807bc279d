/// All problems of the configuration, reported together.
package struct ConfigurationProblems: Error, CustomStringConvertible {
  package private(set) var problems: [String] = []

  package var isEmpty: Bool { problems.isEmpty }

  package init() {}

  package mutating func add(_ problem: String) { problems.append(problem) }

  package mutating func add(_ others: ConfigurationProblems) { problems += others.problems }

  package var description: String {
    "the configuration has \(problems.count == 1 ? "a problem" : "\(problems.count) problems"):\n"
      + problems.map { "  - \($0)" }.joined(separator: "\n")
  }
}
