/// What a cell came to.
package struct CellResult: Sendable {
  package let cell: Cell
  /// Empty when everything was kept.
  package let violations: [Violation]
  package let duration: Duration

  package var isKept: Bool { violations.isEmpty }

  /// In a line.
  package var summary: String {
    let seconds = Double(duration / .milliseconds(100)).rounded() / 10
    return "\(cell): \(isKept ? "ok" : "\(violations.count) violations") (\(seconds) s)"
  }
}
