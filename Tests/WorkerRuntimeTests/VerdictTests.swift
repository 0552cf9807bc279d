import MessageContract
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// Messages with a verdict before they run, among others without one.
@Suite struct VerdictTests {
  private let fixture = ExecutorFixture()
  private let failures = ParkedCommand.Failures(count: 1, first: .sample, last: .sample, error: "x")

  private func parked(until milliseconds: Int64) -> Verdict {
    .parked(failures, until: Timestamp(milliseconds: Timestamp.sample.milliseconds + milliseconds))
  }

  private func carryOut(_ messages: [(CommandMessage, Verdict?)]) async throws -> [CommittedBatch] {
    let received = zip(fixture.received(messages.map(\.0)), messages).map { message, sent in
      sent.1.map { message.decided($0) } ?? message
    }
    var batches: [CommittedBatch] = []
    try await fixture.committer.carryOut(Assignment(received)) { batches.append($0) }
    return batches
  }

  @Test func `decided and undecided messages share a batch, and each has its own outcome`() async throws {
    let dead = Verdict.deadLetter(.crashLoop, error: nil, attempts: .init(count: 3, first: .sample))
    let batches = try await carryOut([
      (.createRoot("root", id: 1), nil), (.rename("no", 1, to: "x"), .rejected(.duplicateWorkspaceName)),
      (CommandMessage("fails", "list", tenant: 2), parked(until: 1000)), (.get("kills", 1), dead),
      (.get("get", 1), nil),
      (.invalid("invalid"), nil), (.createRoot("root", id: 1), nil),
    ])
    #expect(batches.count == 1)
    #expect(
      batches[0].handled.map(\.outcome) == [
        .succeeded, .rejected(.duplicateWorkspaceName), .parked, .deadLettered(.crashLoop), .succeeded,
        .deadLettered(.malformedJSON),
        .repeated,
      ])
    #expect(
      batches[0].handled.map(\.type?.rawValue) == [
        "workspace.create_root", "workspace.rename", "workspace.list", "workspace.get", "workspace.get", nil,
        "workspace.create_root",
      ])
    #expect(batches[0].settled.count == 7)
  }

  @Test func `messages behind a command parked in their batch wait behind it, and other tenants don't`() async throws {
    let batches = try await carryOut([
      (CommandMessage("1", "list"), parked(until: 1000)), (CommandMessage("2", "list"), nil),
      (CommandMessage("other", "list", tenant: 2), nil), (CommandMessage("3", "list"), .rejected(.rootWorkspaceExists)),
      (CommandMessage("4", "list"), parked(until: 2000)),
    ])
    #expect(batches.results.map(\.label) == ["other"])
    #expect(batches[0].handled.map(\.outcome) == [.parked, .parked, .succeeded, .parked, .parked])
    let lines = try await fixture.store.lines(dueWithin: .seconds(86_400))
    #expect(lines.map(\.count) == [4] && lines == Array(fixture.lines.all.values))
    #expect(await fixture.store.commits[0].parked.map(\.commandID) == ["1", "2", "3", "4"])
    #expect(lines[0].dueAt.milliseconds == Timestamp.sample.milliseconds + 1000)
  }

  @Test func `a batch that can't be committed is halved, and each message keeps its verdict`() async throws {
    await fixture.store.fail { $0.outbox.flatMap(\.messages).count > 2 ? .failed(reason: "too much") : nil }
    let dead = Verdict.deadLetter(.withdrawn, error: nil, attempts: .init(count: 1, first: .sample))
    let batches = try await carryOut([
      (CommandMessage("1", "list"), nil), (CommandMessage("2", "list"), dead), (CommandMessage("3", "list"), nil),
      (CommandMessage("4", "list"), .rejected(.duplicateWorkspaceID)),
    ])
    #expect(
      batches.flatMap(\.handled).map(\.outcome) == [
        .succeeded, .deadLettered(.withdrawnByOperator), .succeeded, .rejected(.duplicateWorkspaceID),
      ])
  }
}
