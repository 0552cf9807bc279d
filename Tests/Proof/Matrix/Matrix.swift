/// Runs cells: those that affect a server one by one, the others two at a time.
package struct Matrix: Sendable {
  private static let width = 2

  private let cells: [Cell]
  private let settings: CellSettings

  package init(_ cells: [Cell], _ settings: CellSettings = CellSettings()) {
    self.cells = cells
    self.settings = settings
  }

  /// - Parameter report: called after each cell.
  package func run(report: @escaping @Sendable (CellResult) -> Void) async -> [CellResult] {
    let local = await run(cells.filter { !$0.fault.isGlobal }, width: Self.width, report)
    return local + (await run(cells.filter(\.fault.isGlobal), width: 1, report))
  }

  private func run(
    _ cells: [Cell], width: Int, _ report: @escaping @Sendable (CellResult) -> Void
  ) async -> [CellResult] {
    await withTaskGroup(of: CellResult.self) { group in
      var results: [CellResult] = []
      var waiting = cells[...]
      for cell in waiting.prefix(width) { group.addTask { await run(cell) } }
      waiting = waiting.dropFirst(width)
      while let result = await group.next() {
        report(result)
        results.append(result)
        if let cell = waiting.popFirst() { group.addTask { await run(cell) } }
      }
      return results
    }
  }

  private func run(_ cell: Cell) async -> CellResult {
    let start = ContinuousClock.now
    return CellResult(outcome: await CellRun.outcome(of: cell, settings), duration: .now - start)
  }
}
