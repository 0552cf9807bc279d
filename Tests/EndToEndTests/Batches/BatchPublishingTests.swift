import EndToEndSupport
import Messaging
import PostgresClient
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

  /// The elements of the batches, once at least `count` have arrived. Checks the form and size of each batch.
  private func elements(_ subscription: Subscription, _ count: Int) async throws -> [Subscription.Message] {
    let messages = try await subscription.collect("\(count) in batches") {
      (try? $0.flatMap { try $0.elements }.count) ?? .max >= count
    }
    for message in messages {
      #expect(message.properties.contentType == "application/cloudevents-batch+json")
      #expect(message.properties.deliveryMode == 2)
      #expect(message.body.count <= 256 << 10)
      #expect(try (1...256).contains(message.elements.count))
    }
    return try messages.flatMap { try $0.elements }
  }

  @Test func `both: batches hold the bytes of the single messages, in order`() async throws {
    let stream = CommandStream(tenants: 3, count: 900)
    try await sender.send(stream.commands)
    let worker = try await deployment.activeWorker(Self.both)
    let (single, batched) = (try await results.first(900), try await elements(resultBatches, 900))
    #expect(batched.map(\.body) == single.map(\.body))
    let (singleEvents, batchedEvents) = (try await events.first(900), try await elements(eventBatches, 900))
    #expect(batchedEvents.map(\.body) == singleEvents.map(\.body))
    stream.expectResults(batched)
    stream.expectEvents(batchedEvents, repeated: false)
    let most = try await deployment.mostResultBatches()
    #expect(await resultBatches.messages.count <= most, "results of one transaction are published together")
    try await finish(worker)
  }

  @Test func `batch: only replies and dead letters are published individually`() async throws {
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

  @Test func `listen prints the elements of a batch`() async throws {
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

  @Test func `a missing exchange for batches is named when it is needed, and otherwise ignored`() async throws {
    try await deployment.host.broker.management.deleteExchange("workspace.events.batches", in: deployment.host.name)
    let single = try await deployment.activeWorker()
    #expect(try await !deployment.run("doctor").output.contains("workspace.events.batches"))
    #expect(try await deployment.run("doctor", environment: Self.batches).output.contains("workspace.events.batches"))
    #expect(try await single.drain() == .code(0))
    let worker = try deployment.startWorker(Self.batches)
    try await worker.misses("workspace.events.batches")
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    try await worker.becomesActive()
    try await finish(worker)
  }
}

extension Deployment {
  /// The most batches that the results can be published in if those of one transaction are published together: however
  /// many or few commands a transaction has had time to take, a batch has room for a hundred results.
  fileprivate func mostResultBatches() async throws -> Int {
    try await database.withConnection {
      try await $0.query(
        "result_batches",
        """
        select sum((size + 99) / 100)::int8 as count
        from (select count(*) as size from inbox group by xmin::text) as transactions
        """)[0].count()
    }
  }
}
