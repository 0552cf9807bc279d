import EndToEndSupport
import Glibc
import Messaging
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct TakeoverTests {
  @Test func `a standby takes over from a worker that is killed under load, and nobody can tell`() async throws {
    let deployment = try Deployment.current
    let stream = CommandStream(tenants: 4, count: 2000)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let active = try await deployment.activeWorker(["WORKER_BATCH_COUNT": "32", "AMQP_PREFETCH": "64"])
    let standby = try deployment.startWorker()
    try await standby.standsBy()

    async let sent: Void = sender.send(stream.commands)
    _ = try await results.first(400)
    try await active.program.crash()
    try await sent
    try await standby.becomesActive()
    _ = try await results.collect("all results") { $0.answeredCount == stream.commands.count }
    try await deployment.outboxIsEmpty()
    #expect(try await standby.drain() == .code(0))

    stream.expectResults(try await results.everything(on: deployment.host))
    stream.expectEvents(try await events.everything(on: deployment.host), repeated: true)
    try await stream.expectRecords(in: deployment)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    await events.close()
  }

  @Test func `a frozen worker loses its place, does no harm when it comes back, and stands by`() async throws {
    let deployment = try Deployment.current
    let stream = CommandStream(tenants: 2, count: 800)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let settings = ["AMQP_HEARTBEAT": "5s", "WORKER_BATCH_COUNT": "16", "AMQP_PREFETCH": "128"]
    let frozen = try await deployment.activeWorker(settings)
    let standby = try deployment.startWorker(settings)
    try await standby.standsBy()
    try await sender.send(stream.commands)
    _ = try await results.first(50)
    frozen.program.signal(SIGSTOP)
    // The database ends the frozen worker's session; the broker ends its connections after missed heartbeats.
    try await deployment.endActiveSession()
    try await standby.becomesActive()
    _ = try await results.collect("all results") { $0.answeredCount == stream.commands.count }
    frozen.program.signal(SIGCONT)
    try await frozen.standsBy()
    try await deployment.outboxIsEmpty()
    #expect(try await standby.drain() == .code(0))
    #expect(try await frozen.drain() == .code(0))

    stream.expectResults(try await results.everything(on: deployment.host))
    stream.expectEvents(try await events.everything(on: deployment.host), repeated: true)
    try await stream.expectRecords(in: deployment)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    await events.close()
  }

  @Test func `a standby takes over from a draining worker`() async throws {
    let deployment = try Deployment.current
    let stream = CommandStream(tenants: 2, count: 600)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let active = try await deployment.activeWorker(["WORKER_BATCH_COUNT": "16", "AMQP_PREFETCH": "32"])
    let standby = try deployment.startWorker()
    try await standby.standsBy()
    try await sender.send(stream.commands)
    _ = try await results.first(50)
    #expect(try await active.drain() == .code(0))
    let all = try await results.first(stream.commands.count)
    #expect(try await standby.drain() == .code(0))
    #expect(try await results.everything(on: deployment.host).count == all.count)
    stream.expectResults(all)
    stream.expectEvents(try await events.everything(on: deployment.host), repeated: false)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    await events.close()
  }

  @Test func `a standby for a worker at another broker names the active worker and its broker`() async throws {
    let deployment = try Deployment.current
    let active = try await deployment.activeWorker()
    let name = try await deployment.host.withConnection { await $0.serverProperties.clusterName ?? "" }
    let standby = try await withOtherClusterName(insteadOf: name) {
      let standby = try deployment.startWorker()
      try await standby.standsBy()
      return standby
    }
    try await standby.program.says("uses another broker, \(name)")
    try await Patience.poll(for: "the health report names the active worker") {
      let health = try await standby.health()
      return health.status == 200 && health.body.contains("nobody executes the commands waiting there")
        && health.body.contains("process \(active.pid)")
    }
    #expect(try await standby.drain() == .code(0))
    #expect(try await active.drain() == .code(0))
  }

  /// Brokers are told apart by their cluster names. Nothing else depends on the name; but other tests use the same
  /// broker, so it is restored whatever happens.
  private func withOtherClusterName<Answer>(
    insteadOf name: String, _ body: () async throws -> Answer
  ) async throws -> Answer {
    try await BrokerControl.run("set_cluster_name", "moved@elsewhere")
    let result: Result<Answer, any Error>
    do {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    try await BrokerControl.run("set_cluster_name", name)
    return try result.get()
  }
}
