import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime
import WorkspaceApplication
import WorkspaceDomain

/// What becomes of commands that a parked line has no room for.
@Suite struct FullLineTests {
  @Test func `a second copy of a waiting command does not fail it, however full the line is`() async throws {
    let fixture = ExecutorFixture(
      parking: .retrying {
        $0.lineLimit = 2
        $0.whenFull = .skip
      })
    await fixture.poison(["1"])
    // The second copy comes in the same batch, the third and fourth in the next.
    let first = try await fixture.run([.list("1"), .list("2"), .list("2")])
    let copies = try await fixture.run([.list("2"), .list("3"), .list("1")])
    #expect((first + copies).results.map(\.label) == ["2", "2", "3", "1"])
    #expect(Set((first + copies).types) == ["workspace.list.failed"])
    #expect(await fixture.letters.map(\.subject.commandID) == ["2", "2", "3", "1"])
    await fixture.store.fail { _ in nil }
    let batches = try await fixture.advanceDueLine()
    #expect(batches.results.map(\.label) == ["1", "2"])
    #expect(batches.types == ["workspace.list.succeeded", "workspace.list.succeeded"])
    // The failure of one that did not wait stands.
    #expect(try await fixture.run(.list("3")).types == ["workspace.list.failed"])
    #expect(try await fixture.run(.list("2")).types == ["workspace.list.succeeded"])
  }

  @Test func `with strict a full line still accepts further commands, and says so: nobody else waits for it`()
    async throws
  {
    let fixture = ExecutorFixture(parking: .retrying { $0.lineLimit = 2 })
    await fixture.poison(["1"])
    let batches = try await fixture.run([.list("1"), .list("2"), .list("3"), .list("x", tenant: 2), .list("4")])
    #expect(batches.settled.sorted() == [1, 2, 3, 4, 5])
    #expect(batches.results.map(\.label) == ["x"])
    #expect(try await fixture.line() == ["1", "2", "3", "4"])
    #expect(batches.reduce(into: Set()) { $0.formUnion($1.overfull) } == [.sample(1)])
  }

  @Test(
    arguments: [
      { (policy: inout ParkingPolicy) in policy.reserveLimit = 3 },
      { (policy: inout ParkingPolicy) in policy.reserveBytes = 3 * CommandMessage("1", "list").body.count },
    ] as [@Sendable (inout ParkingPolicy) -> Void])
  func `a full line's excess is bounded, in number and in bytes`(limit: @Sendable (inout ParkingPolicy) -> Void)
    async throws
  {
    let fixture = ExecutorFixture(
      parking: .retrying {
        $0.lineLimit = 2
        limit(&$0)
      })
    await fixture.poison(["1"])
    try await fixture.run([.list("1"), .list("2"), .list("3"), .list("4"), .list("5")])
    #expect(try await fixture.line() == ["1", "2", "3"])
    #expect(await fixture.letters.map(\.reason) == ["parked_line_full", "parked_line_full"])
  }

  /// Few large commands take as much room as many small ones.
  @Test(arguments: ParkingPolicy.Overflow.allCases)
  func `a line that is not full is bounded in bytes, too`(whenFull: ParkingPolicy.Overflow) async throws {
    let fixture = ExecutorFixture(
      parking: .retrying {
        $0.whenFull = whenFull
        $0.reserveBytes = 2 * CommandMessage("1", "list").body.count
      })
    await fixture.poison(["1"])
    let first = try await fixture.run([.list("1"), .list("2"), .list("3")])
    let later = try await fixture.run([.list("4"), .list("x", tenant: 2)])
    #expect(try await fixture.line() == ["1", "2"])
    #expect(await fixture.letters.map(\.message.label) == ["3", "4"])
    #expect(await fixture.letters.map(\.reason) == ["parked_line_full", "parked_line_full"])
    #expect((first + later).results.map(\.label) == ["3", "4", "x"])
    #expect((first + later).flatMap(\.overfull).isEmpty)
  }

  @Test func `a full line accepts no more: skip sends further commands to the dead letters`() async throws {
    let fixture = ExecutorFixture(
      parking: .retrying {
        $0.lineLimit = 2
        $0.whenFull = .skip
      })
    await fixture.poison(["1"])
    let batches = try await fixture.run([.list("1"), .list("2"), .list("3"), .list("4")])
    #expect(await fixture.letters.map(\.message.label) == ["3", "4"])
    #expect(batches.results.map { $0.member("code") } == ["parked_line_full", "parked_line_full"])
    #expect(await fixture.store.commits.flatMap(\.deadLetters).map(\.attempts.count) == [0, 0])
    let again = try await fixture.run([.list("3")], isRedelivered: false)
    #expect(again.messages.map(\.body) == [batches.results[0].body], "a second copy gets the same answer")
  }

  @Test
  func `a command dead-lettered by a full line and redelivered is not recorded twice and gets its answer`()
    async throws
  {
    let fixture = ExecutorFixture(
      parking: .retrying {
        $0.lineLimit = 1
        $0.whenFull = .skip
      })
    await fixture.poison(["1"])
    let first = try await fixture.run([.list("1"), .list("2")])
    let again = try await fixture.run([.list("2")], isRedelivered: true)
    #expect(again.messages.map(\.body) == first.results.map(\.body) && again.settled.count == 1)
    #expect(await fixture.letters.map(\.message.label) == ["2"])
  }

  @Test func `a line with a command that is too old accepts no more`() async throws {
    let fixture = ExecutorFixture(parking: .retrying { $0.whenFull = .skip })
    let old = Timestamp(milliseconds: Timestamp.sample.milliseconds - 86_400_001)
    fixture.lines.load([ParkedLine(tenantID: .sample(1), count: 1, bytes: 1, oldest: old, dueAt: .sample)])
    try await fixture.run(.list("1"))
    #expect(await fixture.letters.map(\.message.label) == ["1"])
  }
}
