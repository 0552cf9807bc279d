import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceDomain

/// What is recorded about replayed letters.
@Suite struct ReplayOutcomeTests {
  private let fixture = ExecutorFixture()

  private func replayed(_ message: CommandMessage, _ number: UInt64) -> CommandMessage {
    message.with { properties in
      var headers = HeaderTable()
      headers.append(ReplayReference.header, ReplayReference(plan: .sample(1), letter: .sample(number)).text)
      properties.headers = headers
    }
  }

  @Test func `each replay's verdict is recorded in its transaction, and nothing for commands without a replay`()
    async throws
  {
    try await fixture.run(
      .createRoot("other", id: 9, tenant: 9), replayed(.createRoot("r", id: 1), 1),
      replayed(.createRoot("r", id: 1), 2),
      replayed(.createRoot("r2", id: 2), 3), replayed(.invalid("x"), 4),
      replayed(CommandMessage("r3", "list", id: "r"), 5))
    let outcomes = await fixture.store.commits.flatMap(\.replayOutcomes)
    #expect(outcomes.map(\.reference.letter) == (1...5).map { .sample($0) })
    #expect(
      outcomes.map(\.text) == [
        "succeeded", "already_applied", "rejected:duplicate_workspace_name", "dead_lettered:malformed_json",
        "rejected:idempotency_conflict",
      ])
    #expect(await fixture.letters.map(\.replayOf) == [.sample(4)])
  }

  @Test func `a letter of several commands has failed if one of them has`() async throws {
    try await fixture.run(
      replayed(.createRoot("a", id: 1), 1), replayed(.invalid("x"), 1), replayed(CommandMessage("l", "list"), 1),
      replayed(.createRoot("b", id: 2, tenant: 2), 2), replayed(CommandMessage("m", "list"), 2))
    let outcomes = await fixture.store.commits.flatMap(\.replayOutcomes)
    #expect(outcomes.map(\.reference.letter) == [.sample(1), .sample(2)])
    #expect(outcomes.map(\.text) == ["dead_lettered:malformed_json", "succeeded"])
  }

  @Test func `a header that is no reference changes nothing`() async throws {
    let message = CommandMessage("l", "list").with { properties in
      var headers = HeaderTable()
      headers.append(ReplayReference.header, "x/y")
      properties.headers = headers
    }
    try await fixture.run(message)
    #expect(await fixture.store.commits.flatMap(\.replayOutcomes).isEmpty)
  }
}
