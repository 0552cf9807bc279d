/// The result of a cell.
package struct CellResult: Sendable {
  package let outcome: CellOutcome
  package let duration: Duration

  package var cell: Cell { outcome.cell }
  package var violations: [Violation] { outcome.violations }
  package var isKept: Bool { violations.isEmpty }

  /// One line if all promises were kept, else as many as needed.
  package var summary: String {
    let seconds = Double(duration / .milliseconds(100)).rounded() / 10
    return isKept ? "\(cell): ok (\(seconds) s)" : "\(outcome)\n  (\(seconds) s)"
  }
}
