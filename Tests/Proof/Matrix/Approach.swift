import Failpoints

/// Where the worker is stopped for a cell.
struct Approach: Sendable {
  /// The failpoint before the cell's own from which answers are lost; nil for most cells.
  let swallowingFrom: Failpoint?
  let failpoint: Failpoint
  /// On which pass.
  let pass: Int

  /// - Parameter pass: of the cell's failpoint.
  init(_ cell: Cell, pass: Int) {
    // While the worker is stopped after publishing, confirms still reach it: so none may come from before.
    swallowingFrom = cell == Cell(.published, .confirmLost) ? .publishing : nil
    failpoint = cell.failpoint
    self.pass = pass
  }

  /// The setting passed to the worker.
  var environment: [String: String] {
    let stops = swallowingFrom.map { "\($0.rawValue):\(pass),\(failpoint.rawValue):1" }
    return ["WORKSPACE_WORKER_FAILPOINT": stops ?? "\(failpoint.rawValue):\(pass)"]
  }
}
