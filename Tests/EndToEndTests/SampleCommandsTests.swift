import EndToEndSupport
import Messaging
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct SampleCommandsTests {
  @Test func `the sample commands have the expected results, with one event per change`() async throws {
    let run = try await SampleRun.start()
    let (samples, results) = (run.samples, run.results)
    for (index, expectation) in samples.expected.enumerated() {
      let event = try #require(results[index].event)
      #expect(event.commandid == expectation.id)
      #expect(event.commandsource == expectation.source)
      #expect(event.type == expectation.result)
      #expect(event.data.error?.code == expectation.code)
      #expect(event.tenantid == samples.events[index].tenantid)
      #expect(results[index].properties.correlationID?.text == expectation.id)
      try Expectations.published(results[index])
    }
    let changes = SampleModel.changes(samples, results)
    let events = try await run.events.first(changes.count)
    for message in events { try Expectations.event(message) }
    #expect(Expectations.gapFree(events).count == changes.count)
    #expect(events.map { $0.event.map(SampleModel.Change.init) } == changes)
    try await run.finish()
    #expect(try await run.events.everything(on: run.deployment.host).count == changes.count)
    #expect(try await run.resultsSubscription.everything(on: run.deployment.host).count == samples.commands.count)
    let records = try await run.deployment.records()
    #expect(records.sequences == changes.reduce(into: [:]) { $0[$1.told.tenant, default: 0] += 1 })
    await run.close()
  }

  @Test func `repetitions get the same bytes again and have no further effect`() async throws {
    let run = try await SampleRun.start()
    let replies = try await Subscription.replies(on: run.deployment.host)
    let before = try await run.deployment.records()
    let count = run.samples.commands.count
    let eventCount = SampleModel.changes(run.samples, run.results).count
    for _ in 1...3 {
      try await run.sender.send(run.samples.commands.flatMap { [$0, $0.replying(to: replies.queue)] })
    }
    let results = try await run.resultsSubscription.first(count * 7)
    let replied = try await replies.first(count * 3)
    for (index, result) in results.dropFirst(count).enumerated() {
      let original = run.results[index / 2 % count]
      #expect(result.body == original.body)
      #expect(result.properties == original.properties)
    }
    for (index, reply) in replied.enumerated() {
      #expect(reply.body == run.results[index % count].body)
      #expect(reply.properties == run.results[index % count].properties)
    }
    try await run.finish()
    #expect(try await run.deployment.records() == before)
    #expect(try await run.events.everything(on: run.deployment.host).count == eventCount)
    await replies.close()
    await run.close()
  }

  @Test func `a result has the correlation id of its command, or its id if that fits`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let tenant = Command.newID()
    var correlated = Command.get(tenant, Command.newID())
    correlated.properties.correlationID = "the one of the command"
    var binary = Command.get(tenant, Command.newID())
    binary.properties.correlationID = ShortString(bytes: [0xFF, 0x00, 0xFE])
    let longID = String(repeating: "é", count: 128)
    try await sender.send([
      correlated, Command("workspace.get", "{\"workspace_id\":\"\(tenant)\"}", tenant: tenant, id: "short"), binary,
      Command("workspace.get", "{\"workspace_id\":\"\(tenant)\"}", tenant: tenant, id: longID),
    ])
    let worker = try await deployment.activeWorker()
    let messages = try await results.first(4)
    #expect(
      messages.map(\.properties.correlationID) == [
        "the one of the command", "short", binary.properties.correlationID, nil,
      ])
    #expect(messages.last?.event?.commandid == longID)
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }
}

/// The sample commands, processed once.
private struct SampleRun {
  let deployment: Deployment
  let samples: SampleCommands
  let worker: WorkerProcess
  let sender: CommandSender
  let resultsSubscription: Subscription
  let events: Subscription
  let results: [Subscription.Message]

  static func start() async throws -> SampleRun {
    let deployment = try Deployment.current
    let samples = try SampleCommands.read()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    try await sender.send(samples.commands)
    return SampleRun(
      deployment: deployment, samples: samples, worker: worker, sender: sender, resultsSubscription: results,
      events: events,
      results: try await results.first(samples.commands.count))
  }

  /// Nothing is left: nothing waits in the outbox, nor in the queue once the worker is gone.
  func finish() async throws {
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
  }

  func close() async {
    await sender.close()
    await resultsSubscription.close()
    await events.close()
  }
}
