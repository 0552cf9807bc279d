import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// Commands that remove more roles than one transaction may. Here a transaction removes at most four.
@Suite struct CascadeTests {
  private static func ofTenant(_ label: String, _ type: String, _ data: String) -> CommandMessage {
    CommandMessage(
      label,
      body: Array(
        """
        {"specversion":"1.0","id":"\(label)","source":"/upstream","type":"tenant.\(type)",\
        "tenantid":"\(TenantID.sample(1))","data":\(data),"userid":"boss"}
        """.utf8))
  }

  private static let removal = ofTenant("removal", "remove_member", #"{"user_id":"bob"}"#)

  /// A tenant of "boss" in which "bob" has created the workspaces 2 to 9.
  private static func founded(parking: ParkingPolicy = ExecutorFixture.once) async throws -> ExecutorFixture {
    let fixture = ExecutorFixture(parking: parking, cascadeLimit: 3)
    try await fixture.run([
      .by("boss", .createRoot("root", id: 1)), ofTenant("bob", "set_member", #"{"user_id":"bob","role":"member"}"#),
    ])
    try await fixture.run((2...9).map { .by("bob", .create("c\($0)", "w\($0)", below: 1, id: $0)) })
    return fixture
  }

  /// Expects that the events of the batches remove a role on each of the workspaces 2 to 9, and that their sequences go
  /// up from `first` without a gap.
  private func expectWhole(
    _ batches: [CommittedBatch], from first: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let removed = batches.events.filter { $0.routingKey == "workspace.member_removed" }.compactMap {
      $0.member("workspace_id")
    }
    #expect(
      removed.sorted() == (2...9 as ClosedRange<UInt64>).map { "\(WorkspaceID.sample($0))" },
      sourceLocation: sourceLocation)
    let sequences = batches.events.compactMap { $0.member("sequence") }.compactMap(Int.init)
    #expect(sequences == Array(first..<first + sequences.count), sourceLocation: sourceLocation)
  }

  @Test func `roles are removed in several transactions, with the cause and its answer in the last`() async throws {
    let fixture = try await Self.founded()
    let commits = await fixture.store.commits.count
    let batches = try await fixture.run(
      .by("boss", .rename("before", 2, to: "x")), Self.removal, .by("boss", .rename("after", 2, to: "y")),
      .by("bob", .get("bob", 2)))
    #expect(batches.results.map(\.label) == ["before", "removal", "after", "bob"])
    #expect(batches.types[1] == "tenant.remove_member.succeeded" && batches.types[3] == "workspace.get.rejected")
    #expect(batches.settled == [11, 12, 13, 14])
    #expect(batches.map(\.isUnfinished) == [false, true, true, false, false])
    #expect(batches.events.map(\.routingKey.text).suffix(2) == ["tenant.member_removed", "workspace.renamed"])
    expectWhole(batches, from: 12)
    for commit in await fixture.store.commits.dropFirst(commits) { #expect(commit.removedRoles.count <= 4) }
  }

  @Test(arguments: 0...2)
  func `steps done before a crash are not repeated, and the rest is done`(lost: Int) async throws {
    let fixture = try await Self.founded()
    let before = await fixture.store.commits.count
    await fixture.store.failNext(contentsOf: Array(repeating: nil, count: lost) + [.unavailable(reason: "crash")])
    var batches: [CommittedBatch] = []
    await #expect(throws: UnitOfWorkError.self) {
      try await fixture.committer.carryOut(Assignment(fixture.received([Self.removal]))) { batches.append($0) }
    }
    #expect(batches.results.isEmpty && batches.settled.isEmpty)
    batches += try await fixture.run([Self.removal], isRedelivered: true)
    #expect(batches.types == ["tenant.remove_member.succeeded"])
    expectWhole(batches, from: 12)
    #expect(await fixture.store.commits.dropFirst(before).flatMap(\.removedRoles).count == 9)
    // A further delivery is answered from the inbox, without events.
    #expect(try await fixture.run([Self.removal], isRedelivered: true).events.isEmpty)
  }

  @Test func `commands that are small alone but large together are executed one by one`() async throws {
    let fixture = try await Self.founded()
    try await fixture.run([
      Self.ofTenant("ann", "set_member", #"{"user_id":"ann","role":"member"}"#),
      Self.ofTenant("eve", "set_member", #"{"user_id":"eve","role":"member"}"#),
    ])
    try await fixture.run([
      .by("ann", .create("a1", "a1", below: 1, id: 21)), .by("ann", .create("a2", "a2", below: 1, id: 22)),
      .by("eve", .create("e1", "e1", below: 1, id: 31)), .by("eve", .create("e2", "e2", below: 1, id: 32)),
    ])
    let batches = try await fixture.run(
      Self.ofTenant("x", "remove_member", #"{"user_id":"ann"}"#),
      Self.ofTenant("y", "remove_member", #"{"user_id":"eve"}"#))
    #expect(batches.map(\.isUnfinished) == [false, false])
    #expect(batches.results.map(\.label) == ["x", "y"])
    #expect(batches.events.count == 6)
  }

  @Test func `a parked cascade continues in its line, and leaves it when it is done`() async throws {
    var policy = ParkingPolicy()
    policy.retries = RetrySchedule(Array(repeating: .zero, count: 5))
    let fixture = try await Self.founded(parking: policy)
    await fixture.store.fail { $0.inbox.contains { $0.key.id == "boom" } ? .failed(reason: "23514") : nil }
    let parked = try await fixture.run(
      .by("boss", .get("boom", 2)), .by("boss", .get("next", 2)), Self.removal, .by("boss", .get("last", 2)))
    #expect(parked.results.isEmpty)
    await fixture.store.fail { _ in nil }
    let batches = try await fixture.advanceDueLine()
    #expect(batches.results.map(\.label) == ["boom", "next", "removal", "last"])
    #expect(batches.count(where: \.isUnfinished) == 2)
    expectWhole(batches, from: 12)
    #expect(fixture.lines.all.isEmpty)
  }
}
