import Operations
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication

@Suite struct ReplayProgressTests {
  @Test func `dead letters of a replay count as failed, whichever version named the reason`() {
    var progress = ReplayProgress()
    progress.outcomes = [
      "succeeded": 1, "already_applied": 2, "rejected:workspace_not_found": 4, "dead_lettered:crash_loop": 8,
      "dead_lettered:code_of_tomorrow": 16,
    ]
    #expect(progress.failed == 24)
    #expect(progress.known == 31)
  }

  @Test func `commands that had been answered before are recorded as already applied`() {
    let outcomes: [Outcome] = [
      .succeeded, .repeated, .rejected(.idempotencyConflict), .deadLettered(.unexpectedFailure),
    ]
    let texts = outcomes.map {
      ReplayOutcome(reference: .init(plan: .sample(1), letter: .sample(2)), outcome: $0, at: .sample).text
    }
    #expect(
      texts == ["succeeded", "already_applied", "rejected:idempotency_conflict", "dead_lettered:unexpected_failure"])
  }
}
