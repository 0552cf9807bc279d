/// What a run of a cell came to, and what one needs to know where a promise was not kept.
package struct CellOutcome: Sendable {
  package let cell: Cell
  /// Empty when everything was kept.
  package let violations: [Violation]
  /// What happened when; the times of commands that violations are about; the last words of the workers.
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
