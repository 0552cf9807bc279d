import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// What happens to a batch that the store does not accept.
@Suite struct BatchFailureTests {
  private let fixture = ExecutorFixture()

  private static func touches(_ writeSet: WriteSet, _ labels: Set<String>) -> Bool {
    writeSet.inbox.contains { labels.contains($0.key.id) && !$0.isFailure }
  }

  private func lists(_ count: Int) -> [CommandMessage] { (1...count).map { CommandMessage("\($0)", "list") } }

  @Test(
    arguments: [
      UnitOfWorkError.conflict(constraint: .tenantName), .conflict(constraint: nil), .transient(reason: "deadlock"),
    ], 1...3)
  func `lost races and transient errors are retried up to three times`(error: UnitOfWorkError, times: Int)
    async throws
  {
    await fixture.store.failNext(
      error, times > 1 ? error : .conflict(constraint: .inboxKey), times > 2 ? error : .transient(reason: "x"))
    let batches = try await fixture.run(.createRoot("r", id: 1), .create("c", "a", below: 1, id: 2))
    #expect(batches.count == 1)
    #expect(batches.types == ["workspace.create_root.succeeded", "workspace.create.succeeded"])
    #expect(await fixture.store.begun == 4)
    #expect(batches.events.map { $0.member("sequence") } == ["1", "2"])
  }

  @Test func `a transient error that persists ends the session and costs no attempt`() async throws {
    await fixture.store.fail { _ in .transient(reason: "deadlock") }
    await #expect(throws: UnitOfWorkError.transient(reason: "deadlock")) { try await fixture.run(lists(4)) }
    #expect(await fixture.store.begun == 4)
    #expect(await fixture.store.commits.isEmpty)
  }

  @Test(arguments: [true, false])
  func `an unavailable database ends the session at once, at the beginning or at the commit`(atBegin: Bool)
    async throws
  {
    let error = UnitOfWorkError.unavailable(reason: "shutting down")
    if atBegin { await fixture.store.failNextBegin(error) } else { await fixture.store.failNext(error) }
    await #expect(throws: error) { try await fixture.run(lists(4)) }
    #expect(await fixture.store.begun == 1)
    #expect(await fixture.store.commits.isEmpty)
  }

  @Test(arguments: [1, 2, 3])
  func `commits made before the database became unavailable are reported`(commits: Int) async throws {
    let journal = fixture.store.journal
    await fixture.store.fail { writeSet in
      if journal.entries.count == commits { return .unavailable(reason: "gone") }
      return writeSet.inbox.count > 1 ? .failed(reason: "too many") : nil
    }
    var settled: [UInt64] = []
    await #expect(throws: UnitOfWorkError.unavailable(reason: "gone")) {
      try await fixture.committer.carryOut(Assignment(fixture.received(lists(4)))) {
        settled += $0.settled.map(\.number)
      }
    }
    #expect(settled == (1...commits).map { UInt64($0) })
  }

  @Test(arguments: 1...9)
  func `a poisonous command becomes a dead letter and its neighbours are executed, in order`(place: Int) async throws {
    await fixture.store.fail { Self.touches($0, ["\(place)"]) ? .failed(reason: "XX000") : nil }
    let batches = try await fixture.run(lists(9))
    #expect(batches.types == (1...9).map { $0 == place ? "workspace.list.failed" : "workspace.list.succeeded" })
    #expect(batches.results.map(\.label) == (1...9).map(String.init))
    let letters = await fixture.letters
    #expect(letters.map(\.message.label) == ["\(place)"])
    #expect(letters[0].reason == "unexpected_failure")
    #expect(batches.results[place - 1].text.contains(#""code":"unexpected_failure""#))
    #expect(batches.settled == (1...9).map { UInt64($0) })
    #expect(await fixture.store.commits.flatMap(\.inbox).count { !$0.isFailure } == 8)
    #expect(letters[0].message.body == lists(9)[place - 1].body)
  }

  @Test func `a batch of only poisonous commands dead-letters each separately`() async throws {
    await fixture.store.fail { $0.inbox.allSatisfy(\.isFailure) ? nil : .failed(reason: "XX000") }
    let batches = try await fixture.run(lists(5) + [.invalid("x")])
    #expect(await fixture.letters.map(\.message.label) == ["1", "2", "3", "4", "5", "x"])
    #expect(batches.settled == [1, 2, 3, 4, 5, 6])
  }

  @Test
  func
    `a command whose answer the inbox does not take is a dead letter all the same, and its neighbours are carried out`()
    async throws
  {
    await fixture.store.fail { writeSet in
      writeSet.inbox.contains { $0.key.id == "2" } ? .failed(reason: "P0001 raise_exception") : nil
    }
    let batches = try await fixture.run(lists(3))
    #expect(batches.types == ["workspace.list.succeeded", "workspace.list.failed", "workspace.list.succeeded"])
    #expect(await fixture.letters.map(\.reason) == ["unexpected_failure"])
  }

  @Test func `a store that refuses even the dead letter ends the session with its own error`() async throws {
    for message in [CommandMessage("1", "list"), .invalid("x")] {
      await fixture.store.fail { _ in .failed(reason: "disk full") }
      await #expect(throws: UnitOfWorkError.failed(reason: "disk full")) { try await fixture.run(message) }
    }
    #expect(await fixture.store.commits.isEmpty)
  }

  @Test(
    arguments: [
      (.create("c", "a", below: 1, id: 2), .tenantName, "duplicate_workspace_name"),
      (.create("c", "a", below: 1, id: 2), .workspaceID, "duplicate_workspace_id"),
      (.create("c", "a", below: 1, id: 2), .parent, "parent_workspace_not_found"),
      (.rename("c", 1, to: "new"), .tenantName, "duplicate_workspace_name"),
      (.createRoot("c", id: 9, tenant: 2), .tenantID, "root_workspace_exists"),
      (.createRoot("c", id: 9, tenant: 2), .oneRootPerTenant, "root_workspace_exists"),
    ] as [(CommandMessage, WorkspaceConstraint, String)])
  func `a violated constraint that no pre-check noticed becomes the corresponding rejection`(
    command: CommandMessage, constraint: WorkspaceConstraint, code: String
  ) async throws {
    try await fixture.run(.createRoot("r", id: 1))
    await fixture.store.fail { writeSet in
      Self.touches(writeSet, ["c"]) && !(writeSet.inserted.isEmpty && writeSet.updated.isEmpty)
        ? .conflict(constraint: constraint) : nil
    }
    let batches = try await fixture.run(.get("g", 1), command, .get("g2", 1))
    #expect(batches.results.map(\.label) == ["g", "c", "g2"])
    #expect(batches.results[1].text.contains("\"code\":\"\(code)\""))
    #expect(batches.events.isEmpty)
    #expect(await fixture.letters.isEmpty)
    #expect(batches.settled == [2, 3, 4])
    #expect(try await fixture.run(command).results[0].body == batches.results[1].body, "the rejection is remembered")
  }

  @Test func `a constraint unrelated to the command is a failure, not an answer`() async throws {
    await fixture.store.fail { Self.touches($0, ["1"]) ? .conflict(constraint: .tenant) : nil }
    let batches = try await fixture.run(lists(2))
    #expect(batches.types == ["workspace.list.failed", "workspace.list.succeeded"])
    #expect(await fixture.letters.map(\.message.label) == ["1"])
  }

  @Test func `names exchanged in a circle are committed all the same`() async throws {
    try await fixture.run(
      .createRoot("r", id: 1), .create("c1", "a", below: 1, id: 2), .create("c2", "b", below: 1, id: 3))
    let batches = try await fixture.run(
      .rename("1", 2, to: "x"), .rename("2", 3, to: "a"), .rename("3", 2, to: "b"), .get("g", 2))
    #expect(batches.types == Array(repeating: "workspace.rename.succeeded", count: 3) + ["workspace.get.succeeded"])
    #expect(batches.results[3].member("name") == "b")
    #expect(batches.events.map { $0.member("sequence") } == ["4", "5", "6"])
  }

  @Test func `confirmed entries are removed once, with the first part of a split batch`() async throws {
    let ids = try await fixture.run(.createRoot("r", id: 1))[0].entries.map(\.id)
    await fixture.store.fail { Self.touches($0, ["3"]) ? .failed(reason: "x") : nil }
    try await fixture.run(lists(4), removing: ids)
    #expect(await fixture.store.commits.dropFirst().map(\.confirmed) == [ids, [], []])
  }
}
