import EndToEndSupport
import Failpoints
import Messaging
import RabbitMQBroker
import TestSupport
import Testing

/// Results and events in batches, for plain subscribers.
@Suite(.needsBroker, .requiresPostgres, .deployment) struct BatchPublishingTests {
  private static let both = ["PUBLISHING_RESULTS": "both", "PUBLISHING_EVENTS": "both"]
  private static let batches = ["PUBLISHING_RESULTS": "batch", "PUBLISHING_EVENTS": "batch"]

  private let deployment: Deployment
  private let sender: CommandSender
  private let (results, events): (Subscription, Subscription)
  private let (resultBatches, eventBatches): (Subscription, Subscription)

  init() async throws {
    deployment = try Deployment.current
    sender = try await CommandSender.open(on: deployment.host)
    results = try await Subscription.to("workspace.results", on: deployment.host)
    events = try await Subscription.to("workspace.events", on: deployment.host)
    resultBatches = try await Subscription.to("workspace.results.batches", on: deployment.host)
    eventBatches = try await Subscription.to("workspace.events.batches", on: deployment.host)
  }

  private func finish(_ worker: WorkerProcess) async throws {
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    await sender.close()
    for subscription in [results, events, resultBatches, eventBatches] { await subscription.close() }
  }

  /// What batches hold, once all of it has arrived.
  private func elements(_ subscription: Subscription, _ count: Int) async throws -> [Subscription.Message] {
    let messages = try await subscription.collect("\(count) in batches") { (try? $0.flatMap { try $0.elements }.count) ?? .max >= count }
    for message in messages {
      #expect(message.properties.contentType == "application/cloudevents-batch+json")
      #expect(message.properties.deliveryMode == 2)
      #expect(message.body.count <= 256 << 10)
      #expect(try (1...256).contains(message.elements.count))
    }
    return try messages.flatMap { try $0.elements }
  }

  @Test func `both: batches hold the bytes of the single messages, in their order`() async throws {
    let stream = CommandStream(tenants: 3, count: 900)
    try await sender.send(stream.commands)
    let worker = try await deployment.activeWorker(Self.both)
    let (single, batched) = (try await results.first(900), try await elements(resultBatches, 900))
    #expect(batched.map(\.body) == single.map(\.body))
    let (singleEvents, batchedEvents) = (try await events.first(900), try await elements(eventBatches, 900))
    #expect(batchedEvents.map(\.body) == singleEvents.map(\.body))
    stream.expectResults(batched)
    stream.expectEvents(batchedEvents, repeated: false)
    #expect(await resultBatches.messages.count < 300, "what has arrived together goes out together")
    try await finish(worker)
  }

  @Test func `batch: nothing goes out alone but replies and dead letters`() async throws {
    let replies = try await Subscription.replies(on: deployment.host)
    let stream = CommandStream(tenants: 1, count: 20)
    let bad = Command("workspace.nonsense", "{}", tenant: Command.newID())
    let worker = try await deployment.activeWorker(Self.batches)
    try await sender.send((stream.commands + [bad]).map { $0.replying(to: replies.queue) })
    #expect(try await replies.first(21).compactMap(\.event?.commandid) == stream.commands.map(\.id) + [bad.id])
    let answers = try await elements(resultBatches, 21)
    stream.expectResults(answers.filter { $0.code == nil })
    #expect(answers.compactMap(\.code) == ["unknown_command_type"])
    stream.expectEvents(try await elements(eventBatches, 20), repeated: false)
    #expect(try await results.everything(on: deployment.host).isEmpty)
    #expect(try await events.everything(on: deployment.host).isEmpty)
    #expect(try await deployment.letters().map(\.reason) == ["unknown_command_type"])
    await replies.close()
    try await finish(worker)
  }

  @Test func `what is printed of batches is what is in them`() async throws {
    let stream = CommandStream(tenants: 1, count: 10)
    let worker = try await deployment.activeWorker(Self.batches)
    let listener = try deployment.start(["listen", "events", "--count", "10", "--timeout", "60"], Self.batches)
    try await listener.says("listening to events")
    try await sender.send(stream.commands)
    #expect(try await listener.exit() == .code(0), "\(listener.errors)")
    let printed = try await elements(eventBatches, 10).map { String(decoding: $0.body, as: UTF8.self) }
    #expect(listener.output.split(separator: "\n").map(String.init) == printed)
    let refused = try await deployment.run("listen", "events", "--pattern", "workspace.*", environment: Self.batches)
    #expect(refused.exit == .code(64) && refused.errors.contains("publishing.events is batch"))
    try await finish(worker)
  }

  @Test func `an exchange that is needed for batches, and is not there, is named, and not missed otherwise`() async throws {
    try await deployment.host.broker.management.deleteExchange("workspace.events.batches", in: deployment.host.name)
    let single = try await deployment.activeWorker()
    #expect(try await single.drain() == .code(0))
    let worker = try deployment.startWorker(Self.batches)
    try await worker.misses("workspace.events.batches")
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    try await worker.becomesActive()
    try await finish(worker)
  }
}

/// Deaths between the commit and the last confirm.
@Suite(.needsBroker, .requiresPostgres, .deployment, .enabled(if: Failpoint.areCompiledIn)) struct BatchPublishingCrashTests {
  @Test(arguments: ["written:2", "committed:2", "publishing:2", "published:2", "confirmed:2", "removed:1"])
  func `a batch that is published again has the same bytes under the same id, and nothing is missing`(failpoint: String) async throws {
    let deployment = try Deployment.current
    let forms = ["PUBLISHING_RESULTS": "batch", "PUBLISHING_EVENTS": "batch", "WORKER_BATCH_COUNT": "40"]
    let results = try await Subscription.to("workspace.results.batches", on: deployment.host)
    let events = try await Subscription.to("workspace.events.batches", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let stream = CommandStream(tenants: 2, count: 200)
    try await sender.send(stream.commands)
    let first = try deployment.startWorker(forms.merging(["WORKSPACE_WORKER_FAILPOINT": failpoint]) { first, _ in first })
    try await first.program.says("failpoint \(failpoint.prefix { $0 != ":" })\n")
    try await first.program.crash()
    let second = try await deployment.activeWorker(forms)
    let isComplete: @Sendable ([Subscription.Message]) -> Bool = { messages in
      ((try? messages.flatMap { try $0.elements }) ?? []).answeredCount == stream.commands.count
    }
    let all = (try await results.collect("all results", until: isComplete), try await events.collect("all events", until: isComplete))
    try await deployment.outboxIsEmpty()
    #expect(try await second.drain() == .code(0))
    try await deployment.commandsAreDone()
    var bodies: [String: [UInt8]] = [:]
    for message in all.0 + all.1 {
      let id = try #require(message.properties.messageID?.text)
      #expect(bodies[id, default: message.body] == message.body)
      bodies[id] = message.body
    }
    // What was confirmed is still in the outbox.
    if failpoint.hasPrefix("confirmed") { #expect(bodies.count < all.0.count + all.1.count, "something came again") }
    stream.expectResults(try all.0.flatMap { try $0.elements })
    stream.expectEvents(try all.1.flatMap { try $0.elements }, repeated: true)
    try await stream.expectRecords(in: deployment)
    await sender.close()
    await results.close()
    await events.close()
  }
}
