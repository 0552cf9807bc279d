/// The outcome of a cell's run, and what helps to find out why a promise was broken.
package struct CellOutcome: Sendable {
  package let cell: Cell
  /// Empty when everything was kept.
  package let violations: [Violation]
  /// What happened when; the times of the commands concerned; the workers' last log lines.
  package let story: [String]

  package init(cell: Cell, violations: [Violation], story: [String]) {
    self.cell = cell
    self.violations = violations
    self.story = story
  }
}

extension CellOutcome: CustomStringConvertible {
  /// In lines: the promises that broke, each with an example, and the story.
  package var description: String {
    guard !violations.isEmpty else { return "\(cell): every promise was kept" }
    return (["\(cell): \(violations.count) violations"] + violations.summary + story).joined(separator: "\n  ")
  }
}
