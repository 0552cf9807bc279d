import EndToEndSupport
import Failpoints
import Messaging
import TestSupport
import Testing

/// A command that kills every process that executes it.
@Suite(.needsBroker, .requiresPostgres, .deployment, .enabled(if: Failpoint.areCompiledIn))
struct CrashLoopTests {
  @Test(arguments: ["abort", "segv", "trap", "overflow", "memory"])
  func `after three crashes only the culprit becomes a dead letter, and its 200 neighbours are executed`(means: String)
    async throws
  {
    let deployment = try Deployment.current
    let stream = CommandStream(tenants: 4, count: 200)
    let tenant = Command.newID()
    let culprit = Command.createRoot(tenant, id: Command.newID())
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(Array(stream.commands[..<100]) + [culprit] + Array(stream.commands[100...]))

    // Swift's own crash report takes seconds with a debug build, and nobody reads it here.
    let deadly = [
      "WORKSPACE_WORKER_DEADLY_COMMAND": "\(culprit.id):\(means)", "WORKER_MEMORY_LIMIT": "768MiB",
      "SWIFT_BACKTRACE": "enable=no",
    ]
    var namedCount = 0
    let (worker, deaths) = try await deployment.survivor(deadly) { dead in
      let hashes = try await deployment.fatalHashes()
      #expect(hashes.count <= 1, "no other message is counted")
      if let hash = hashes.first, dead.program.errors.contains(hash) { namedCount += 1 }
    }
    #expect(deaths >= 3)
    // A witness that comes too late to record a death may not even have come to log it.
    #expect(namedCount >= 3, "the log names the message as the database does")
    let all = try await results.collect("all results") { $0.answeredCount == 201 }
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0), "the last worker survives")

    #expect(all.filter { $0.event?.commandid == culprit.id }.map(\.code) == ["crash_loop"])
    stream.expectResults(all.filter { $0.event?.commandid != culprit.id })
    #expect(try await deployment.letters() == [.init(reason: "crash_loop", attempts: 3, commandID: culprit.id)])
    #expect(try await deployment.fatalCount() == 0, "no other message is counted")
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }

  @Test func `a query that crashes its worker becomes a dead letter after three crashes, and commands continue`()
    async throws
  {
    let deployment = try Deployment.current
    let client = try await QueryClient.open(on: deployment.host)
    let tenant = QueriedTenant()
    let culprit = tenant.command("workspace.list", "{}").replying(to: client.replies.queue)
    let deadly = ["WORKSPACE_WORKER_DEADLY_COMMAND": culprit.id, "SWIFT_BACKTRACE": "enable=no"]
    try await client.send([culprit])
    let (worker, deaths) = try await deployment.survivor(deadly)
    #expect(deaths >= 3)
    let answer = try await client.replies.collect("its answer") { $0.contains { $0.event?.commandid == culprit.id } }
    #expect(answer.map(\.code) == ["crash_loop"])
    try await tenant.found(on: deployment, client.sender)
    #expect(try await client.ask(tenant.command("workspace.list", "{}"))?.data.count == 3)
    #expect(try await deployment.letters() == [.init(reason: "crash_loop", attempts: 3, commandID: culprit.id)])
    #expect(try await worker.drain() == .code(0))
    await client.close()
  }

  @Test func `twenty rolling restarts under load cost no command an attempt`() async throws {
    let deployment = try Deployment.current
    let stream = CommandStream(tenants: 4, count: 20 * 60)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    // Small batches and a small prefetch: there is work in progress, and more to come, at each restart.
    let settings = ["WORKER_BATCH_COUNT": "8", "AMQP_PREFETCH": "32"]
    var active = try await deployment.activeWorker(settings)
    for start in stride(from: 0, to: stream.commands.count, by: 60) {
      let next = try deployment.startWorker(settings)
      try await next.standsBy()
      try await sender.send(Array(stream.commands[start..<start + 60]))
      _ = try await results.collect("some answers") { $0.answeredCount > start + 10 }
      #expect(try await active.drain() == .code(0))
      try await next.becomesActive()
      active = next
    }
    let all = try await results.collect("all results") { $0.answeredCount == stream.commands.count }
    try await deployment.outboxIsEmpty()
    #expect(try await active.drain() == .code(0))
    stream.expectResults(all)
    #expect(try await deployment.letters().isEmpty)
    #expect(try await deployment.parked().isEmpty)
    #expect(try await deployment.fatalCount() == 0)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }
}
