import EndToEndSupport
import Failpoints
import Glibc
import Messaging
import PostgresClient
import TestSupport
import Testing

/// A redelivery is recognized, whatever the broker has changed in the message; a message that is sent again is not
/// mistaken for a redelivery.
@Suite(.needsBroker, .requiresPostgres, .deployment, .enabled(if: Failpoint.areCompiledIn))
struct RecognitionTests {
  /// Headers as senders write them: out of order, empty, in order, with an `x-delivery-count` of their own, and none.
  private static let headers: [HeaderTable?] = [
    table {
      $0.append("zeta", "1")
      $0.append("alpha", "2")
    }, HeaderTable(),
    table {
      $0.append("alpha", "2")
      $0.append("zeta", "1")
    }, table { $0.append("x-delivery-count", 7 as Int64) }, nil,
  ]

  private static func table(_ fill: (inout HeaderTable) -> Void) -> HeaderTable {
    var table = HeaderTable()
    fill(&table)
    return table
  }

  /// Runs a worker that executes the waiting commands, or as many of them as its first transaction has, and dies after
  /// the commit, before anything is acknowledged.
  private func dieAfterCommit(_ settings: [String: String] = [:]) async throws {
    let worker = try Deployment.current.startWorker(
      settings.merging(["WORKSPACE_WORKER_FAILPOINT": "committed:1"]) { first, _ in first })
    try await worker.program.says("failpoint committed\n")
    try await worker.program.crash()
  }

  @Test func `unreadable messages are recorded once, and their senders are told once`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let replies = try await Subscription.replies(on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let messages = Self.headers.map { headers in
      var properties = MessageProperties()
      properties.headers = headers
      properties.deliveryMode = 2
      properties.replyTo = replies.queue
      return AMQPMessage(
        exchange: "workspace.commands", routingKey: "workspace.get", properties: properties,
        body: Array(#"{"oops"#.utf8))
    }
    try await sender.send(messages)
    try await dieAfterCommit()
    #expect(try await (1...messages.count).contains(deployment.letters().count))

    let worker = try await deployment.activeWorker()
    // Each redelivery is recognized before it is acknowledged.
    try await deployment.lettersAreAcknowledged()
    try await deployment.commandsAreDone()
    try await deployment.outboxIsEmpty()
    #expect(try await deployment.letters().count == messages.count, "each message is recorded once")
    let told = try await results.everything(on: deployment.host)
    #expect(told.count == messages.count && told.allSatisfy { $0.code == "malformed_json" })
    #expect(Set(told.map(\.body)).count == messages.count)

    // The same bytes sent again are another message: the broker has read the acknowledgements of the letters by now.
    #expect(try await worker.drain() == .code(0))
    try await sender.send(Array(messages.prefix(2)))
    try await dieBeforeCommit()
    let last = try await deployment.activeWorker()
    try await Patience.poll(for: "new messages with the bytes of letters are recorded, too") {
      try await deployment.letters().count == messages.count + 2
    }
    try await deployment.commandsAreDone()
    try await deployment.outboxIsEmpty()
    #expect(try await results.everything(on: deployment.host).count == messages.count + 2)
    #expect(try await last.drain() == .code(0))
    await sender.close()
    await results.close()
    await replies.close()
  }

  /// Runs a worker that takes the waiting messages and dies before anything is committed, so they are redelivered.
  private func dieBeforeCommit() async throws {
    let worker = try Deployment.current.startWorker(["WORKSPACE_WORKER_FAILPOINT": "decoded:1"])
    try await worker.program.says("failpoint decoded\n")
    try await worker.program.crash()
  }

  @Test func `parked commands are parked once`() async throws {
    let deployment = try Deployment.current
    let poison = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let tenant = Command.newID()
    let commands =
      [Command.createRoot(tenant, id: Command.newID(), name: "poison")]
      + Self.headers.map { headers in
        var command = Command("workspace.list", "{}", tenant: tenant)
        command.properties.headers = headers
        return command
      }
    try await sender.send([commands[0]])
    let settings = ["PARKING_RETRY_DELAYS": "1h"]
    let first = try await deployment.activeWorker(settings)
    try await Patience.poll(for: "the first command is parked") { try await deployment.parked().count == 1 }
    #expect(try await first.drain() == .code(0))
    try await sender.send(Array(commands.dropFirst()))
    try await dieAfterCommit(settings)
    let parked = try await deployment.parked().map(\.id)
    #expect(parked.count > 1 && commands.map(\.id).starts(with: parked))

    let worker = try await deployment.activeWorker(settings)
    try await deployment.commandsAreDone()
    #expect(try await deployment.parked().map(\.id) == commands.map(\.id))
    try await poison.lift()
    #expect(try await deployment.run("parked", "release", tenant).exit == .code(0))
    let all = try await results.first(commands.count)
    #expect(all.compactMap { $0.event?.commandid } == commands.map(\.id))
    #expect(try await results.everything(on: deployment.host).count == commands.count)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `a dead-lettered command gets its answer again, and is executed only by a replay of its letter alone`()
    async throws
  {
    let deployment = try Deployment.current
    let poison = try await PoisonedName.set("poison", in: deployment)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let command = Command.createRoot(Command.newID(), id: Command.newID(), name: "poison")
    let worker = try await deployment.activeWorker(["PARKING_RETRY_DELAYS": "none"])
    try await sender.send([command])
    let failed = try await results.first(1)[0]
    #expect(failed.code == "unexpected_failure")
    try await poison.lift()
    var forged = command
    forged.properties.headers = Self.table { $0.append("x-replay", "\(Command.newID())/\(Command.newID())") }
    try await sender.send([command, forged, command])
    #expect(try await results.first(4).map(\.body) == Array(repeating: failed.body, count: 4))
    #expect(try await deployment.records().workspaces.rows == 0)

    let prediction = try await deployment.run("dead-letters", "replay", "--all", "--dry-run")
    #expect(prediction.output.contains("would_apply"))
    let replay = try await deployment.run("dead-letters", "replay", "--all", "--because", "mended")
    #expect(replay.exit == .code(0), "\(replay.errors)")
    #expect(replay.output.contains("succeeded"))
    try await sender.send([command])
    let answers = try await results.first(6)
    #expect(answers[4].event?.type == "workspace.create_root.succeeded" && answers[5].body == answers[4].body)
    #expect(
      try await deployment.run("dead-letters", "replay", "--all", "--again", "--dry-run").output.contains(
        "already_applied"))
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `keys are separate for each tenant, and users are told apart`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let (mine, other, id) = (Command.newID(), Command.newID(), "shared")
    let worker = try await deployment.activeWorker()
    func root(_ tenant: String, _ user: String = "alice") -> Command {
      Command("workspace.create_root", "{}", tenant: tenant, id: id, extra: #","userid":"\#(user)""#)
    }
    try await sender.send([root(mine), root(other), root(mine), root(mine, "mallory"), root(mine)])
    let all = try await results.first(5)
    #expect(all.map(\.code) == [nil, nil, nil, "idempotency_conflict", nil])
    #expect(all[0].body == all[2].body && all[2].body == all[4].body && all[0].body != all[1].body)
    #expect(try await deployment.records().workspaces.rows == 2)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }
}

extension Deployment {
  /// Waits until every dead letter is marked as acknowledged: its message is not redelivered any more.
  fileprivate func lettersAreAcknowledged() async throws {
    try await Patience.poll(for: "the broker has read the acknowledgements of all letters") {
      try await database.withConnection { connection in
        try await connection.query(
          "unacknowledged", "select count(*) from dead_letters where not is_acknowledged")[0].count() == 0
      }
    }
  }
}
