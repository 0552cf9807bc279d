import EndToEndSupport
import Failpoints
import Proof
import Testing

/// Kills the servers of the stack. `bin/test` runs these when all other tests are done.
@Suite(.serialized, .enabled(if: PrivateServer.mayBeKilled, "needs WORKSPACE_WORKER_MAY_KILL_SERVERS=1 and a stack of its own"))
struct ServerCrashTests {
  @Test(arguments: [Cell(.published, .brokerKill), Cell(.written, .databaseKill)])
  func `the crash of a server breaks no promise`(_ cell: Cell) async throws {
    #expect(try await CellRun.violations(cell) == [])
  }
}
