/// What a cell came to.
package struct CellResult: Sendable {
  package let outcome: CellOutcome
  package let duration: Duration

  package var cell: Cell { outcome.cell }
  package var violations: [Violation] { outcome.violations }
  package var isKept: Bool { violations.isEmpty }

  /// In a line where all was kept, else in as many as it takes.
  package var summary: String {
    let seconds = Double(duration / .milliseconds(100)).rounded() / 10
    return isKept ? "\(cell): ok (\(seconds) s)" : "\(outcome)\n  (\(seconds) s)"
  }
}
