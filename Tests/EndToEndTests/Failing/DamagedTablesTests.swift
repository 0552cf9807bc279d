import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import TestSupport
import Testing
import WorkspaceDomain

/// What a deleted row, a partial restore or manual changes leave in the tables of a worker.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct DamagedTablesTests {
  private static let never = ["PARKING_RETRY_DELAYS": "1h"]

  /// A tenant's root, a workspace whose name is poisoned, and two below it.
  private func chain(_ tenant: String) -> [Command] {
    let ids = (0..<4).map { _ in Command.newID() }
    return [.createRoot(tenant, id: ids[0]), .create(tenant, "poison", below: ids[0], id: ids[1])]
      + (2..<4).map { .create(tenant, "w \($0)", below: ids[$0 - 1], id: ids[$0]) }
  }

  @Test(arguments: [false, true])
  func `a line whose first command was deleted continues, and nobody else notices`(isWorkerActive: Bool) async throws {
    let deployment = try Deployment.current
    let (tenant, neighbour) = (Command.newID(), Command.newID())
    _ = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    var worker = try await deployment.activeWorker(Self.never)
    try await sender.send(chain(tenant))
    try await Patience.poll(for: "three commands are parked") { try await deployment.parked().count == 3 }
    if !isWorkerActive { #expect(try await worker.drain() == .code(0)) }
    try await change("delete from parked_commands where due_at is not null", deployment)
    // An active worker believes that the line is due in an hour; the next session corrects that.
    if isWorkerActive {
      try await deployment.endActiveSession()
    } else {
      worker = try await deployment.activeWorker(Self.never)
    }
    try await sender.send([.createRoot(neighbour, id: Command.newID())])
    _ = try await results.collect("the neighbour's result") { $0.contains { $0.event?.tenantid == neighbour } }
    try await Patience.poll(for: "the line is finished") { try await deployment.parked().isEmpty }
    try await worker.program.says("due times of parked commands were inconsistent")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `a line that a worker with a wrong clock has postponed for days continues`() async throws {
    let deployment = try Deployment.current
    let poison = try await PoisonedName.set("poison", in: deployment)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(Self.never)
    try await sender.send(chain(Command.newID()))
    try await Patience.poll(for: "three commands are parked") { try await deployment.parked().count == 3 }
    #expect(try await worker.drain() == .code(0))
    try await poison.lift()
    try await change(
      "update parked_commands set due_at = now() + interval '3 hours' where due_at is not null", deployment)
    let next = try await deployment.activeWorker(Self.never)
    try await Patience.poll(for: "the line is finished") { try await deployment.parked().isEmpty }
    #expect(try await next.drain() == .code(0))
    await sender.close()
  }

  /// They are replayed in the order of their ids, which hold the time.
  @Test func `letters follow those of a worker whose clock was ahead`() async throws {
    let deployment = try Deployment.current
    let sender = try await CommandSender.open(on: deployment.host)
    func deadLetter(_ id: String) async throws {
      let worker = try await deployment.activeWorker()
      try await sender.send([Command("workspace.nonsense", "{}", tenant: Command.newID(), id: id)])
      try await Patience.poll(for: "it is recorded") { try await deployment.letters().contains { $0.commandID == id } }
      #expect(try await worker.drain() == .code(0))
    }
    try await deadLetter("first")
    let ahead = ULID.random(at: Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000) + 600_000))
    try await change("update dead_letters set id = '\(ahead)'", deployment)
    try await deadLetter("second")
    try await deadLetter("third")
    #expect(try await deployment.letters().map(\.commandID) == ["first", "second", "third"])
    await sender.close()
  }

  @Test func `reset identity columns affect neither the order nor the answers`() async throws {
    let deployment = try Deployment.current
    let (first, second) = (Command.newID(), Command.newID())
    let poison = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker(Self.never)
    let mine = chain(first)
    try await sender.send(Array(mine.prefix(3)))
    try await Patience.poll(for: "two commands are parked") { try await deployment.parked().count == 2 }
    try await change(
      "alter sequence parked_commands_id_seq restart with 1; alter sequence outbox_id_seq restart with 1", deployment)
    // One joins the existing line, the others form a line of their own.
    try await sender.send([mine[3]] + chain(second))
    try await Patience.poll(for: "six commands are parked") { try await deployment.parked().count == 6 }
    try await poison.lift()
    #expect(try await deployment.run("parked", "release", "--all").exit == .code(0))
    let all = try await results.first(8)
    #expect(all.filter { $0.event?.tenantid == first }.compactMap { $0.event?.commandid } == mine.map(\.id))
    #expect(all.allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    try await worker.program.says("a table's identity sequence was set back")
    #expect(!worker.program.errors.contains("is not connected"))
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `unreadable rows go to the dead letters, and delay nobody`() async throws {
    let deployment = try Deployment.current
    let queue = "\(deployment.host.name)/workspace.commands"
    try await change(
      """
      insert into parked_commands (queue, tenant_id, due_at, parked_at, process, failures, command_type, command_source,
        command_id, fingerprint, exchange, routing_key, properties, body)
      values ('\(queue)', 'nobody', now(), now(), 'nothing', 0, 't', 's', 'c', sha256('x'), 'e', 'k', '\\x0000', 'b'),
        ('\(queue)', '01KAQVM607ZAB5RRB146VH73JN', 'infinity', '-infinity', 'nothing', 0, 't', 's', 'd', sha256('y'), 'e', 'k', '\\x0000', 'b');
      insert into outbox (queue, message_count, messages) values ('\(queue)', 1, 'nonsense')
      """, deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let worker = try await deployment.activeWorker()
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send([.createRoot(Command.newID(), id: Command.newID())])
    _ = try await results.first(1)
    try await Patience.poll(for: "all rows are dead letters") { try await deployment.letters().count == 3 }
    #expect(try await deployment.letters().allSatisfy { $0.reason == "unreadable_row" })
    #expect(try await deployment.run("dead-letters", "list").output.contains("unreadable_row"))
    #expect(!worker.program.errors.contains("is not connected"))
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  private func change(_ script: String, _ deployment: Deployment) async throws {
    try await deployment.database.withConnection { try await $0.execute(script: script) }
  }
}
