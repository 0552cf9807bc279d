import Failpoints

/// The results of a matrix, as a table in Markdown: failpoints down, faults across.
package struct MatrixTable: Sendable, CustomStringConvertible {
  private let results: [Cell: CellResult]

  package init(_ results: [CellResult]) {
    self.results = Dictionary(results.map { ($0.cell, $0) }) { _, last in last }
  }

  package var description: String {
    let faults = Fault.allCases.filter { fault in results.keys.contains { $0.fault == fault } }
    let header = row("stopped at", faults.map(\.rawValue))
    let rule = row("---", faults.map { _ in "---" })
    let rows = Failpoint.ofCommands.map { failpoint in
      row(failpoint.rawValue, faults.map { text(Cell(failpoint, $0)) })
    }
    return ([header, rule] + rows).joined(separator: "\n")
  }

  private func row(_ title: String, _ columns: [String]) -> String {
    "| " + ([title] + columns).map { $0.padded(to: 13) }.joined(separator: " | ") + " |"
  }

  private func text(_ cell: Cell) -> String {
    guard let result = results[cell] else { return "" }
    return result.isKept ? "ok" : "FAILED (\(result.violations.count))"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
