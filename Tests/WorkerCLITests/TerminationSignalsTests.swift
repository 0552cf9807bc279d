import Coordination
import Glibc
import TestSupport
import Testing
import UnixSignals

@testable import WorkerCLI

/// Uses SIGUSR2, which nothing else in this process uses.
@Suite struct TerminationSignalsTests {
  @Test func `the first signal drains, and one right after it counts as the second`() async throws {
    for round in 0..<200 {
      let (drained, second) = (Signal<Void>(), Signal<Void>())
      try await Patience.wait(for: "both signals in round \(round)") {
        try await TerminationSignals.handling([.sigusr2]) {
          drained.raise()
        } exit: { _ in
          second.raise()
        } while: {
          kill(getpid(), SIGUSR2)
          await drained.wait()
          #expect(!second.isRaised)
          kill(getpid(), SIGUSR2)
          await second.wait()
        }
      }
    }
  }
}
