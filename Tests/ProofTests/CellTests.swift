import EndToEndSupport
import Failpoints
import Proof
import TestSupport
import Testing

/// The part of the matrix that is quick. `bin/prove` runs all of it.
@Suite(.needsBroker, .requiresPostgres)
struct CellTests {
  /// Killed at every failpoint; the other faults where they hurt most.
  static let cells =
    Failpoint.ofCommands.map { Cell($0, .kill) } + [
      Cell(.received, .brokerCut), Cell(.committed, .brokerCut), Cell(.published, .brokerCut),
      Cell(.written, .databaseCut), Cell(.confirmed, .databaseCut),
      Cell(.published, .confirmLost), Cell(.written, .commitLost), Cell(.committed, .stop),
    ]

  @Test(arguments: cells) func `what happens to a worker at a failpoint breaks no promise`(_ cell: Cell) async throws {
    try await run(cell, .single)
  }

  @Test(arguments: [
    Cell(.written, .kill), Cell(.acknowledged, .kill), Cell(.published, .brokerCut), Cell(.written, .commitLost),
  ])
  func `nor does it where commands come and results go in batches`(_ cell: Cell) async throws {
    try await run(cell, .batches)
  }

  @Test(arguments: [Cell(.committed, .kill), Cell(.written, .databaseCut)])
  func `nor does it where SpiceDB decides, which then has the relationships of the database`(_ cell: Cell) async throws
  {
    try await run(cell, .single, .spicedb)
  }

  @Test(arguments: [Cell(.written, .replicaAway), Cell(.committed, .failover), Cell(.begun, .replicaHang)])
  func `nor does what happens to a standby, which does not answer queries with too little either`(_ cell: Cell)
    async throws
  {
    try await run(cell, .single)
  }

  private func run(_ cell: Cell, _ traffic: Traffic, _ provider: Provider = .postgres) async throws {
    var settings = CellSettings()
    settings.traffic = traffic
    settings.provider = provider
    settings.commands = 300
    settings.stopDuration = .seconds(2)
    let outcome = await CellRun.outcome(of: cell, settings)
    #expect(outcome.violations.isEmpty, "\(outcome)")
  }
}
