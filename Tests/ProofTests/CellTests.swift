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

  @Test(arguments: cells) func `faults of a worker at a failpoint break no promise`(_ cell: Cell) async throws {
    try await run(cell, .single)
  }

  @Test(arguments: [
    Cell(.written, .kill), Cell(.acknowledged, .kill), Cell(.published, .brokerCut), Cell(.written, .commitLost),
  ])
  func `nor do they with commands and results in batches`(_ cell: Cell) async throws {
    try await run(cell, .batches)
  }

  @Test(arguments: [Cell(.committed, .kill), Cell(.written, .databaseCut)])
  func `nor do they with SpiceDB as provider, which ends with the relationships of the database`(_ cell: Cell)
    async throws
  {
    try await run(cell, .single, .spicedb)
  }

  @Test(arguments: [Cell(.written, .replicaAway), Cell(.committed, .failover), Cell(.begun, .replicaHang)])
  func `nor do faults of a standby, which never answers queries with too little`(_ cell: Cell) async throws {
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
