import Failpoints

/// Where the worker is made to stop for a cell.
struct Approach: Sendable {
  /// The failpoint before the cell's own at which answers begin to be lost; nil for most cells.
  let swallowingFrom: Failpoint?
  let failpoint: Failpoint
  /// At which of its passes.
  let pass: Int

  /// - Parameter pass: of the cell's failpoint.
  init(_ cell: Cell, pass: Int) {
    // While the worker stands still after publishing, its confirms reach it all the same: so none may come from before.
    swallowingFrom = cell == Cell(.published, .confirmLost) ? .publishing : nil
    failpoint = cell.failpoint
    self.pass = pass
  }

  /// What the worker is told.
  var environment: [String: String] {
    let stops = swallowingFrom.map { "\($0.rawValue):\(pass),\(failpoint.rawValue):1" }
    return ["WORKSPACE_WORKER_FAILPOINT": stops ?? "\(failpoint.rawValue):\(pass)"]
  }
}
