import EndToEndSupport
import Foundation
import Messaging
import TestSupport
import Testing

/// Messages that hold several commands, from plain clients.
@Suite(.needsBroker, .requiresPostgres, .deployment) struct BatchCommandTests {
  private let deployment: Deployment
  private let results: Subscription
  private let replies: Subscription
  private let sender: CommandSender

  init() async throws {
    deployment = try Deployment.current
    results = try await Subscription.to("workspace.results", on: deployment.host)
    replies = try await Subscription.replies(on: deployment.host)
    sender = try await CommandSender.open(on: deployment.host)
  }

  private func batch(_ elements: [String], replying: Bool = true) -> AMQPMessage {
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents-batch+json"
    properties.deliveryMode = 2
    properties.correlationID = "the batch"
    if replying { properties.replyTo = replies.queue }
    return AMQPMessage(
      exchange: "workspace.commands", routingKey: "workspace.batch", properties: properties,
      body: Array(("[" + elements.joined(separator: ", ") + "]").utf8))
  }

  private func batch(_ commands: [Command], replying: Bool = true) -> AMQPMessage {
    batch(commands.map { String(decoding: $0.body, as: UTF8.self) }, replying: replying)
  }

  /// The ids of the commands whose results a reply holds, in order.
  private func answered(_ reply: Subscription.Message) throws -> [String?] {
    #expect(reply.properties.contentType == "application/cloudevents-batch+json")
    #expect(reply.properties.correlationID == "the batch")
    let events = try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [[String: Any]])
    return events.map { $0["commandid"] as? String }
  }

  private func finish(_ worker: WorkerProcess) async throws {
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    await replies.close()
  }

  @Test func `each element has its effect, result and event, in order, and all are answered in one message`()
    async throws
  {
    let stream = CommandStream(tenants: 3, count: 300)
    let worker = try await deployment.activeWorker()
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    try await sender.send([batch(stream.commands)])
    stream.expectResults(try await results.first(stream.commands.count))
    stream.expectEvents(try await events.first(stream.commands.count), repeated: false)
    let reply = try await replies.first(1)[0]
    #expect(try answered(reply) == stream.commands.map(\.id))
    try await stream.expectRecords(in: deployment)
    // Sent again, the batch has no effect, and the reply has the same bytes.
    try await sender.send([batch(stream.commands)])
    #expect(try await replies.first(2)[1].body == reply.body)
    try await stream.expectRecords(in: deployment)
    await events.close()
    try await finish(worker)
  }

  @Test func `an invalid element becomes a dead letter with its own bytes, and its neighbours are executed`()
    async throws
  {
    let tenant = Command.newID()
    let root = Command.newID()
    let first = Command.createRoot(tenant, id: root)
    let last = Command.create(tenant, "child", below: root)
    let bad = [
      "{\"oops\"", "[1]", "17", #"{"specversion":"1.0"}"#,
      String(decoding: Command("workspace.nonsense", "{}", tenant: tenant).body, as: UTF8.self),
    ]
    let reasons = [
      "malformed_json", "invalid_envelope", "invalid_envelope", "invalid_envelope", "unknown_command_type",
    ]
    // Without its closing bracket, `bad[0]` would swallow the elements after it: it gets one, and stands last.
    let text = [first, last].map { String(decoding: $0.body, as: UTF8.self) }
    let worker = try await deployment.activeWorker()
    try await sender.send([batch([text[0]] + bad.dropFirst() + [text[1], bad[0] + "}"])])
    let reply = try await replies.first(1)[0]
    let ledger = try await deployment.ledger()
    #expect(ledger.map(\.message.body) == (bad.dropFirst() + [bad[0] + "}"]).map { Array($0.utf8) })
    #expect(ledger.map(\.reason) == reasons.dropFirst() + [reasons[0]])
    #expect(ledger.allSatisfy { $0.message.properties.contentType == "application/cloudevents-batch+json" })
    let answers = try await results.everything(on: deployment.host)
    #expect(
      answers.filter { $0.event?.type.hasSuffix(".succeeded") == true }.map { $0.event?.commandid } == [
        first.id, last.id,
      ])
    #expect(try answered(reply).count == 2 + bad.count, "failures are answered in the same reply")
    try await finish(worker)
  }

  @Test func `in a batch of 1,000 elements, every third invalid, each element gets its own result`() async throws {
    let (tenant, root) = (Command.newID(), Command.newID())
    var (elements, expected, good, reasons): ([String], [String?], [Command], [String]) = ([], [], [], [])
    for number in 0..<1000 {
      guard number % 3 == 2 else {
        let command =
          number == 0 ? Command.createRoot(tenant, id: root) : .create(tenant, "child \(number)", below: root)
        elements.append(String(decoding: command.body, as: UTF8.self))
        expected.append(nil)
        good.append(command)
        continue
      }
      let (body, reason) = bad(number / 3, tenant)
      elements.append(body)
      expected.append(reason)
      reasons.append(reason)
    }
    let worker = try await deployment.activeWorker()
    try await sender.send([batch(elements)])
    let answers = try await replies.collect("all answers") { (try? $0.flatMap { try $0.elements }.count) == 1000 }
    #expect(try answers.flatMap { try $0.elements }.map(\.code) == expected)
    #expect(try await deployment.ledger().map(\.reason) == reasons)
    #expect(try await deployment.records().workspaces.rows == Int64(good.count))
    let succeeded = try await results.everything(on: deployment.host).filter { $0.code == nil }
    #expect(succeeded.map(\.event?.commandid) == good.map(\.id))
    try await finish(worker)
  }

  /// An invalid element, and the reason that its dead letter gives.
  private func bad(_ number: Int, _ tenant: String) -> (body: String, reason: String) {
    switch number % 7 {
    case 0:
      (
        "[" + String(decoding: Command.create(tenant, "nested \(number)", below: tenant).body, as: UTF8.self) + "]",
        "invalid_envelope"
      )
    case 1: ("{\"number\":\(number),}", "malformed_json")
    case 2:
      (
        String(decoding: Command("workspace.nonsense", "{}", tenant: tenant).body, as: UTF8.self),
        "unknown_command_type"
      )
    case 3:
      (
        String(decoding: Command("workspace.get", #"{"workspace_id":\#(number)}"#, tenant: tenant).body, as: UTF8.self),
        "invalid_data"
      )
    case 4:
      (
        String(decoding: Command("workspace.list", "{}", tenant: "tenant \(number)").body, as: UTF8.self),
        "invalid_envelope"
      )
    case 5: (String(repeating: "[", count: 65) + "\(number)" + String(repeating: "]", count: 65), "malformed_json")
    default: ("\"a text \(number)\"", "invalid_envelope")
    }
  }

  @Test(arguments: [
    ("{}", "invalid_envelope"), ("[1,", "malformed_json"), ("", "malformed_json"), ("large", "message_too_large"),
    ("many", "message_too_large"),
  ])
  func `an array that is invalid or too large becomes one dead letter`(kind: String, reason: String) async throws {
    let worker = try await deployment.activeWorker()
    var message = batch([] as [String])
    let body =
      switch kind {
      case "large": "[\"" + String(repeating: "x", count: 4 << 20) + "\"]"
      case "many": "[" + [String](repeating: "1", count: 1001).joined(separator: ",") + "]"
      default: kind
      }
    message = AMQPMessage(
      exchange: message.exchange, routingKey: message.routingKey, properties: message.properties, body: Array(body.utf8)
    )
    let good = Command.createRoot(Command.newID(), id: Command.newID())
    try await sender.send([message])
    try await sender.send([good])
    _ = try await results.collect("the result of the next command") { $0.contains { $0.event?.commandid == good.id } }
    let ledger = try await deployment.ledger()
    #expect(ledger.map(\.reason) == [reason] && ledger.first?.message.body == Array(body.utf8))
    try await finish(worker)
  }

  @Test func `each element is judged separately: repeated, conflicting, forbidden to its user or sender`()
    async throws
  {
    let access = try file("senders: [{user: guest, types: [workspace.create*, workspace.get], tenants: ['*']}]")
    defer { try? FileManager.default.removeItem(atPath: access) }
    let (tenant, root) = (Command.newID(), Command.newID())
    let user = #","userid":"owner""#
    let made = Command("workspace.create_root", #"{"workspace_id":"\#(root)"}"#, tenant: tenant, extra: user)
    let rival = Command(
      "workspace.create_root", #"{"workspace_id":"\#(Command.newID())"}"#, tenant: tenant, id: made.id, extra: user)
    let stranger = Command(
      "workspace.get", #"{"workspace_id":"\#(root)"}"#, tenant: tenant, extra: #","userid":"stranger""#)
    let refused = Command("workspace.list", "{}", tenant: tenant, extra: user)
    let owner = Command("workspace.get", #"{"workspace_id":"\#(root)"}"#, tenant: tenant, extra: user)
    let worker = try await deployment.activeWorker(["ACCESS_FILE": access])
    var message = batch([made, made, rival, stranger, refused, owner])
    var properties = message.properties
    properties.userID = "guest"
    message = AMQPMessage(
      exchange: message.exchange, routingKey: message.routingKey, properties: properties, body: message.body)
    try await sender.send([message])
    let reply = try await replies.first(1)[0]
    #expect(try answered(reply) == [made, made, rival, stranger, refused, owner].map(\.id))
    #expect(
      try codes(reply) == [nil, nil, "idempotency_conflict", "workspace_not_found", "forbidden_sender", nil])
    #expect(try await deployment.letters().map(\.commandID) == [refused.id])
    #expect(try await deployment.records().workspaces.rows == 1)
    try await finish(worker)
  }

  private func codes(_ reply: Subscription.Message) throws -> [String?] {
    let events = try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [[String: Any]])
    return events.map { (($0["data"] as? [String: Any])?["error"] as? [String: Any])?["code"] as? String }
  }

  @Test func `an empty array does nothing`() async throws {
    let worker = try await deployment.activeWorker()
    try await sender.send([batch([] as [String])])
    try await deployment.commandsAreDone()
    #expect(try await deployment.letters().isEmpty)
    try await finish(worker)
  }

  @Test func `a parked element does not delay the others, and its result follows separately`() async throws {
    let poison = try await PoisonedName.set("poison", in: deployment)
    let (sick, well) = (Command.newID(), Command.newID())
    let parked = Command.createRoot(sick, id: Command.newID(), name: "poison")
    let good = Command.createRoot(well, id: Command.newID())
    let worker = try await deployment.activeWorker()
    try await sender.send([batch([parked, good])])
    #expect(try answered(try await replies.first(1)[0]) == [good.id])
    try await poison.lift()
    #expect(try await deployment.run("parked", "release", "--all").exit == .code(0))
    let alone = try await replies.first(2)[1]
    #expect(alone.event?.commandid == parked.id && alone.event?.type == "workspace.create_root.succeeded")
    try await finish(worker)
  }

  @Test func `a dead-lettered element is executed when its letter is replayed alone`() async throws {
    let tenant = Command.newID()
    let root = Command.newID()
    let unknown = Command("workspace.nonsense", "{}", tenant: tenant)
    let worker = try await deployment.activeWorker()
    try await sender.send([batch([Command.createRoot(tenant, id: root), unknown])])
    _ = try await replies.first(1)
    let body = try file(String(decoding: Command.create(tenant, "corrected", below: root).body, as: UTF8.self))
    defer { try? FileManager.default.removeItem(atPath: body) }
    let id = try #require(
      try await deployment.run("dead-letters", "list", "--format", "json").output.firstMatch(
        of: /"id": ?"([0-9A-Z]{26})"/)?.1)
    let replay = try await deployment.run(
      "dead-letters", "replay", "--id", String(id), "--body-file", body, "--because", "corrected")
    #expect(replay.exit == .code(0), "\(replay.errors)")
    _ = try await results.collect("the corrected command succeeds") {
      $0.contains { $0.event?.data.workspace?.name == "corrected" }
    }
    try await finish(worker)
  }

  private func file(_ text: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "batch-\(Command.newID())")
    try Data(text.utf8).write(to: file)
    return file.path
  }
}
