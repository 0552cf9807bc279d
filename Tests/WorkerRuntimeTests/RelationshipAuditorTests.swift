import Coordination
import ServiceLifecycleTestKit
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

@Suite(.timeLimit(.minutes(10))) struct RelationshipAuditorTests {
  /// An audit of two slices; the second one has differences.
  private final class FakeAudit: RelationshipAudit, Closable {
    static let middle = AuditPosition(type: .group, object: nil)
    let positions = Journal<AuditPosition?>()

    func compare(after position: AuditPosition?, limit: Int) async throws -> AuditReport {
      positions.note(position)
      return position == nil
        ? AuditReport(objects: limit, differences: 0, example: nil, next: Self.middle)
        : AuditReport(objects: 1, differences: 2, example: "one of them", next: nil)
    }

    func close() async {}
  }

  private final class Differences: WorkerProbe {
    let counts = Journal<Int>()

    func observe(_ observation: WorkerObservation) {
      if case .relationshipsDiffer(let count) = observation { counts.note(count) }
    }
  }

  @Test func `slice follows slice, starting over after the last, and differences are reported`() async throws {
    let (status, audit, probe) = (WorkerStatus(), FakeAudit(), Differences())
    status.change(to: .active)
    let auditor = RelationshipAuditor(probe: probe, logger: ExecutorFixture.silent, rest: .milliseconds(1)) {
      Link(audit, on: audit)
    }
    let maintenance = Maintenance(
      [auditor], for: status, reconnecting: Reconnecting(Backoff(shortest: .milliseconds(1), longest: .milliseconds(1)))
    )
    try await testGracefulShutdown { trigger in
      async let running: Void = maintenance.run()
      try await audit.positions.wait { $0.count >= 5 }
      trigger.triggerGracefulShutdown()
      try await running
    }
    #expect(Array(audit.positions.entries.prefix(5)) == [nil, FakeAudit.middle, nil, FakeAudit.middle, nil])
    #expect(probe.counts.entries.first == 2)
  }
}
