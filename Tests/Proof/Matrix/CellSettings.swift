/// How a cell is run.
package struct CellSettings: Sendable {
  /// The number of different commands. Default: 500.
  package var commands = 500
  package var tenants = 5
  /// Default: single.
  package var traffic = Traffic.single
  /// Default: postgres.
  package var provider = Provider.postgres
  /// How long a stopped worker stays stopped. Default: 20 s.
  package var stopDuration: Duration = .seconds(20)
  /// Decides about the commands, their copies and the pass at which the failpoint stops. Default: 1.
  package var seed: UInt64 = 1

  package init() {}
}
