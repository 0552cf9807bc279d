import EndToEndSupport
import Glibc
import Messaging
import TestFixtures
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct CrashTests {
  @Test func `ten kills at random moments lose and duplicate nothing`() async throws {
    let deployment = try Deployment.current
    var random = SeededRandom(seed: 10)
    let stream = CommandStream(tenants: 3, count: 1200)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(stream.commands)

    for crash in 1...10 {
      // Small batches: many moments at which something is committed, but not published or acknowledged.
      let worker = try deployment.startWorker([
        "WORKER_BATCH_COUNT": "\(Int.random(in: 1...24, using: &random))", "AMQP_PREFETCH": "48",
      ])
      let goal = await results.messages.count + Int.random(in: 0...90, using: &random)
      if crash == 1 {
        try await worker.becomesActive()
      } else {
        _ = try await results.first(goal)
      }
      try await worker.program.crash()
    }
    let worker = try deployment.startWorker()
    _ = try await results.collect("all results") { $0.answeredCount == stream.commands.count }
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))

    stream.expectResults(try await results.everything(on: deployment.host))
    stream.expectEvents(try await events.everything(on: deployment.host), repeated: true)
    try await stream.expectRecords(in: deployment)
    try await deployment.commandsAreDone()
    #expect(try await deployment.host.depth(of: "workspace.commands.dead") == 0)
    await sender.close()
    await results.close()
    await events.close()
  }
}
