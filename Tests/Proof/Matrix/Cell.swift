package import Failpoints

/// A fault at a failpoint.
package struct Cell: Sendable, Hashable {
  package let failpoint: Failpoint
  package let fault: Fault

  package init(_ failpoint: Failpoint, _ fault: Fault) {
    self.failpoint = failpoint
    self.fault = fault
  }

  /// - Parameter text: such as `committed:kill`.
  package init?(_ text: String) {
    let parts = text.split(separator: ":").map(String.init)
    guard parts.count == 2, let failpoint = Failpoint(rawValue: parts[0]), let fault = Fault(rawValue: parts[1]) else {
      return nil
    }
    self.init(failpoint, fault)
  }

  /// All cells, by failpoint in the order of a command's processing.
  package static let all = Failpoint.ofCommands.flatMap { failpoint in Fault.allCases.map { Cell(failpoint, $0) } }
}

extension Cell: CustomStringConvertible {
  package var description: String { "\(failpoint.rawValue):\(fault.rawValue)" }
}
