import Synchronization
import Testing
import WorkerRuntime

@Suite struct WorkerStatusTests {
  private let status = WorkerStatus()

  @Test("an obstacle makes a worker that has work not ready, and says why, for as long as it stands")
  func obstacle() {
    let obstacle = Obstacle()
    status.watch { obstacle.reason.withLock { $0 } }
    for phase in [WorkerStatus.Phase.active, .recovering] {
      status.change(to: phase)
      obstacle.reason.withLock { $0 = "low on memory" }
      #expect(status.phase == .blocked(missing: MissingConditions(.broker, "low on memory")))
      #expect(!status.isReady)
      obstacle.reason.withLock { $0 = nil }
      #expect(status.phase == phase)
    }
  }

  @Test("an obstacle is nothing to a worker that has no work", arguments: [
    WorkerStatus.Phase.standby, .connecting(missing: MissingConditions(.worker, "a server")), .draining, .stopped,
  ])
  func noWork(phase: WorkerStatus.Phase) {
    status.watch { "low on memory" }
    status.change(to: phase)
    #expect(status.phase == phase)
  }

  @Test("an obstacle goes with the session")
  func sessionEnds() {
    status.change(to: .active)
    status.watch { "low on memory" }
    status.watch(nil)
    #expect(status.isReady)
  }

  @Test("a worker that drains does not become active again")
  func draining() {
    status.change(to: .draining)
    status.change(to: .active)
    #expect(status.phase == .draining)
  }
}

private final class Obstacle: Sendable {
  let reason = Mutex<String?>(nil)
}
