import EndToEndSupport
import Failpoints
import Messaging
import TestSupport
import Testing

/// Crashes from just before a commit until its messages are gone from the outbox.
@Suite(.needsBroker, .requiresPostgres, .deployment, .enabled(if: Failpoint.areCompiledIn))
struct BatchPublishingCrashTests {
  @Test(arguments: ["written:2", "committed:2", "publishing:2", "published:2", "confirmed:2", "removed:1"])
  func `a batch that is published again has the same bytes and the same id, and nothing is missing`(failpoint: String)
    async throws
  {
    let deployment = try Deployment.current
    let forms = ["PUBLISHING_RESULTS": "batch", "PUBLISHING_EVENTS": "batch", "WORKER_BATCH_COUNT": "40"]
    let results = try await Subscription.to("workspace.results.batches", on: deployment.host)
    let events = try await Subscription.to("workspace.events.batches", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let stream = CommandStream(tenants: 2, count: 200)
    try await sender.send(stream.commands)
    let first = try deployment.startWorker(
      forms.merging(["WORKSPACE_WORKER_FAILPOINT": failpoint]) { first, _ in first })
    try await first.program.says("failpoint \(failpoint.prefix { $0 != ":" })\n")
    try await first.program.crash()
    let second = try await deployment.activeWorker(forms)
    let isComplete: @Sendable ([Subscription.Message]) -> Bool = { messages in
      ((try? messages.flatMap { try $0.elements }) ?? []).answeredCount == stream.commands.count
    }
    let all = (
      try await results.collect("all results", until: isComplete),
      try await events.collect("all events", until: isComplete)
    )
    try await deployment.outboxIsEmpty()
    #expect(try await second.drain() == .code(0))
    try await deployment.commandsAreDone()
    var bodies: [String: [UInt8]] = [:]
    for message in all.0 + all.1 {
      let id = try #require(message.properties.messageID?.text)
      #expect(bodies[id, default: message.body] == message.body)
      bodies[id] = message.body
    }
    // The outbox still had the confirmed messages, so they were published again.
    if failpoint.hasPrefix("confirmed") {
      #expect(bodies.count < all.0.count + all.1.count, "some batches were published again")
    }
    stream.expectResults(try all.0.flatMap { try $0.elements })
    stream.expectEvents(try all.1.flatMap { try $0.elements }, repeated: true)
    try await stream.expectRecords(in: deployment)
    await sender.close()
    await results.close()
    await events.close()
  }
}
