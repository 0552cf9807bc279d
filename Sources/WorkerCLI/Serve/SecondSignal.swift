import Glibc
import Observability
import UnixSignals

/// Ends the process at once on a second termination signal. Nothing is lost; as in a crash, unacknowledged deliveries
/// come back.
enum SecondSignal {
  static func exiting(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask {
        var count = 0
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
          count += 1
          guard count > 1 else { continue }
          StandardError.write("workspace-worker: a second \(signal): exiting at once\n")
          _exit(130)
        }
      }
      group.addTask { try await body() }
      // Without signals the first task continues until it is cancelled.
      try await group.next()
      group.cancelAll()
    }
  }
}
