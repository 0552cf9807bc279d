import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ParkedTests {
  private struct Lines: Decodable {
    struct Line: Decodable {
      let tenant_id: String
      let count: Int
      let first: Entry
    }
    let lines: [Line]
    let next: String?
  }

  private struct Entries: Decodable {
    let commands: [Entry]
    let next: Int64?
  }

  private struct Entry: Decodable {
    let id: Int64
    let command_id: String
    let failures: Int
    let error: String?
    let due_at: String?
  }

  private struct Parked {
    let lines: [(tenant: String, ids: [String])]
    let poison: PoisonedName
    let results: Subscription
    let worker: WorkerProcess
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ arguments: String...) async throws -> Value {
    let program = try Deployment.current.start(["parked"] + arguments + ["--format", "json"])
    #expect(try await program.exit() == .code(0), "\(program.errors)")
    return try JSONDecoder().decode(type, from: Data(program.output.utf8))
  }

  /// Two tenants, each with a line of three; their ids in order.
  private func park() async throws -> Parked {
    let deployment = try Deployment.current
    let poison = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    var lines: [(tenant: String, ids: [String])] = []
    for tenant in [Command.newID(), Command.newID()].sorted() {
      let root = Command.newID()
      let commands = [Command.create(tenant, "poison", below: root), .get(tenant, root), .get(tenant, root)]
      try await sender.send([.createRoot(tenant, id: root)] + commands)
      lines.append((tenant, commands.map(\.id)))
    }
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "1h,1h,1h"])
    try await Patience.poll(for: "six parked commands") { try await deployment.parked().count == 6 }
    _ = try await results.first(2)
    await sender.close()
    return Parked(lines: lines, poison: poison, results: results, worker: worker)
  }

  @Test func `lines and their commands are listed page by page, and shown`() async throws {
    let parked = try await park()
    let (lines, results, worker) = (parked.lines, parked.results, parked.worker)
    let all = try await decode(Lines.self, "list")
    #expect(all.lines.map(\.tenant_id) == lines.map(\.tenant))
    #expect(all.lines.map(\.count) == [3, 3])
    #expect(all.lines.map(\.first.failures) == [1, 1])
    #expect(all.lines.allSatisfy { $0.first.error == "P0001 raise_exception" && $0.first.due_at != nil })
    let first = try await decode(Lines.self, "list", "--limit", "1")
    #expect(first.next == lines[0].tenant)
    #expect(
      try await decode(Lines.self, "list", "--limit", "1", "--after", lines[0].tenant).lines.map(\.tenant_id) == [
        lines[1].tenant
      ])

    let line = try await decode(Entries.self, "list", "--tenant", lines[1].tenant)
    #expect(line.commands.map(\.command_id) == lines[1].ids)
    #expect(line.commands.map { $0.due_at == nil } == [false, true, true])
    let page = try await decode(Entries.self, "list", "--tenant", lines[1].tenant, "--limit", "2")
    let next = try #require(page.next)
    #expect(
      try await decode(Entries.self, "list", "--tenant", lines[1].tenant, "--after", "\(next)").commands.map(
        \.command_id) == [lines[1].ids[2]])

    let deployment = try Deployment.current
    let text = try await deployment.run("parked", "list").output
    #expect(text.split(separator: "\n").count == 3)
    #expect(text.contains("P0001 raise_exception"))
    let shown = try await deployment.run("parked", "show", "\(line.commands[0].id)")
    #expect(shown.exit == .code(0))
    #expect(shown.output.contains(lines[1].ids[0]) && shown.output.contains(#""name":"poison""#))
    #expect(try await deployment.run("parked", "show", "999999").exit == .code(2))
    try await worker.drain()
    await results.close()
  }

  @Test func `a command that an operator dead-letters leaves its line in its turn`() async throws {
    let deployment = try Deployment.current
    let parked = try await park()
    let (lines, results, worker) = (parked.lines, parked.results, parked.worker)
    let entries = try await decode(Entries.self, "list", "--tenant", lines[0].tenant).commands
    // A waiting one stays where it is; the first one leaves, and those behind it with it.
    let waiting = try await deployment.run("parked", "dead-letter", "\(entries[1].id)", "--because", "obsolete")
    #expect(waiting.exit == .code(0))
    let first = try await deployment.run("parked", "dead-letter", "\(entries[0].id)", "--because", "a wrong name")
    #expect(first.exit == .code(0))
    let mine = try await results.first(5).filter { lines[0].ids.contains($0.event?.commandid ?? "") }
    #expect(mine.compactMap { $0.event?.commandid } == lines[0].ids)
    #expect(mine.map(\.code) == ["withdrawn_by_operator", "withdrawn_by_operator", nil])
    #expect(
      try await deployment.letters() == [
        .init(reason: "withdrawn_by_operator", attempts: 1, commandID: lines[0].ids[0]),
        .init(reason: "withdrawn_by_operator", attempts: 0, commandID: lines[0].ids[1]),
      ])
    #expect(
      try await deployment.run("dead-letters", "list", "--text", "a wrong name").output.contains(
        "withdrawn_by_operator"))
    #expect(try await deployment.parked().map(\.id) == lines[1].ids)

    let line = try await deployment.run("parked", "dead-letter", "--tenant", lines[1].tenant, "--because", "all of it")
    #expect(line.output.contains("3 commands"))
    _ = try await results.first(8)
    #expect(try await deployment.parked().isEmpty)
    try await worker.drain()
    await results.close()
  }

  @Test func `a released command is retried at once, and succeeds or fails as usual`() async throws {
    let deployment = try Deployment.current
    let parked = try await park()
    let (lines, results, worker) = (parked.lines, parked.results, parked.worker)
    #expect(try await deployment.run("parked", "release", "--all").output.contains("lines due now: 2"))
    try await Patience.poll(for: "both commands fail a second time") {
      try await deployment.parked().filter { $0.failures == 2 }.count == 2
    }
    try await parked.poison.lift()
    #expect(try await deployment.run("parked", "release", lines[1].tenant).exit == .code(0))
    let mine = try await results.first(5).dropFirst(2)
    #expect(mine.compactMap { $0.event?.commandid } == lines[1].ids)
    #expect(mine.allSatisfy { $0.code == nil })
    #expect(try await deployment.run("parked", "release", Command.newID()).exit == .code(2))
    try await worker.drain()
    await results.close()
  }

  @Test func `an operator's decision is honoured even if it arrives during an attempt`() async throws {
    let deployment = try Deployment.current
    let parked = try await park()
    let (lines, results, worker) = (parked.lines, parked.results, parked.worker)
    let lock = try await OpenTransaction.begin(
      "select from tenants where id = '\(lines[0].tenant)' for update", in: deployment)
    #expect(try await deployment.run("parked", "release", lines[0].tenant).exit == .code(0))
    try await lock.isWaitedFor()
    // It fails again, and would be due in an hour.
    let first = try await decode(Entries.self, "list", "--tenant", lines[0].tenant).commands[0]
    #expect(try await deployment.run("parked", "dead-letter", "\(first.id)", "--because", "enough").exit == .code(0))
    try await lock.rollBack()
    try await Patience.poll(for: "it is a dead letter") { try await deployment.letters().count == 1 }
    #expect(
      try await deployment.letters() == [
        .init(reason: "withdrawn_by_operator", attempts: 2, commandID: lines[0].ids[0])
      ])
    #expect(try await deployment.run("parked", "list").output.contains(lines[1].tenant))
    try await worker.drain()
    await results.close()
  }

  @Test func `a release during an attempt counts, even if the attempt fails`() async throws {
    let deployment = try Deployment.current
    let parked = try await park()
    let (lines, results, worker) = (parked.lines, parked.results, parked.worker)
    let lock = try await OpenTransaction.begin(
      "select from tenants where id = '\(lines[0].tenant)' for update", in: deployment)
    for _ in 0..<2 {
      #expect(try await deployment.run("parked", "release", lines[0].tenant).exit == .code(0))
      try await lock.isWaitedFor()
    }
    try await lock.rollBack()
    // The second failure would make it due in an hour.
    try await Patience.poll(for: "a third failure") {
      try await deployment.parked().contains { $0.id == lines[0].ids[0] && $0.failures == 3 }
    }
    try await worker.drain()
    await results.close()
  }

  @Test(arguments: [
    ["release"], ["release", "--all", "01ARZ3NDEKTSV4RRFFQ69G5FAV"], ["dead-letter", "1"],
    ["dead-letter", "--because", "x"],
    ["dead-letter", "1", "--because", ""], ["list", "--limit", "0"], ["list", "--after", "1"], ["show", "x"],
  ])
  func `meaningless calls are refused`(arguments: [String]) async throws {
    let program = try Deployment.current.start(["parked"] + arguments)
    #expect(try await program.exit() == .code(64))
  }
}
