import EndToEndSupport
import Failpoints
import Proof
import TestSupport
import Testing

/// Kills the servers of the stack. `bin/test` runs this suite when the other tests are done.
@Suite(.serialized, .needsServersAlone, .needsBroker, .requiresPostgres)
struct ServerCrashTests {
  @Test(arguments: [Cell(.published, .brokerKill), Cell(.written, .databaseKill)])
  func `the crash of a server breaks no promise`(_ cell: Cell) async throws {
    let outcome = await CellRun.outcome(of: cell)
    #expect(outcome.violations.isEmpty, "\(outcome)")
  }
}
