import EndToEndSupport
import Messaging
import TestSupport
import Testing

/// Connections that break.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct LostConnectionTests {
  @Test func `a worker waits for both servers, and starts by itself when they come, in either order`() async throws {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let stream = try await ObservedStream.open(deployment, count: 30)
    servers.broker.refuse()
    servers.database.refuse()
    let worker = try deployment.startWorker(servers.environment)
    try await worker.misses("PostgreSQL")
    try servers.database.accept()
    try await worker.misses("broker")
    try await stream.send()
    try servers.broker.accept()
    try await worker.becomesReady()
    try await stream.expectOneEffectEach(worker)
  }

  @Test(arguments: ProxiedServers.Server.allCases)
  func `a server that is back is noticed at once, however long the retry delay`(
    server: ProxiedServers.Server
  ) async throws {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let environment = servers.environment.merging(["WORKER_RECONNECT_LONGEST": "1h"]) { _, long in long }
    let worker = try await deployment.activeWorker(environment)
    servers[server].refuse()
    servers[server].cut()
    // Time enough to be ready before the retry, on a busy machine.
    var delay: Duration = .zero
    try await Patience.poll(for: "the retry delay is 32 s or longer") {
      let delays = worker.program.errors.matches(of: /not connected; retrying","delay_ms":"(\d+)"/)
      delay = .milliseconds(delays.last.flatMap { Int($0.output.1) } ?? 0)
      return delay >= .seconds(32)
    }
    try servers[server].accept()
    let back = ContinuousClock.now
    try await worker.becomesReady()
    // A quarter of the delay may be over before its line is read.
    #expect(ContinuousClock.now - back < delay * 3 / 4)
    #expect(try await worker.drain() == .code(0))
  }

  @Test(arguments: [FaultProxy.Cut.reset, .end])
  func `connections that are cut repeatedly at random moments lose nothing`(cut: FaultProxy.Cut) async throws {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let stream = try await ObservedStream.open(deployment, count: 600)
    try await stream.send()
    let worker = try await deployment.activeWorker(servers.environment)
    for count in 1...6 {
      try await stream.answers(count * 60)
      servers[count.isMultiple(of: 2) ? .broker : .database].cut(cut)
    }
    try await stream.expectOneEffectEach(worker)
  }

  @Test func `a commit whose answer is lost is settled by the inbox`() async throws {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let stream = try await ObservedStream.open(deployment, count: 30)
    let worker = try await deployment.activeWorker(servers.patientEnvironment)
    // Reading continues, writing waits: the pending answer is that to COMMIT.
    let lock = try await OpenTransaction.begin("lock table inbox in share mode", in: deployment)
    try await stream.send()
    try await lock.isWaitedFor()
    servers.database.swallowAnswers()
    try await lock.commit()
    try await servers.database.wait(for: "the answer to the commit is lost") { $0.bytesSwallowed > 0 }
    try await Patience.poll(for: "the transaction has committed") { try await deployment.records().inbox.rows > 0 }
    servers.database.cut()
    servers.database.forward()
    try await stream.expectOneEffectEach(worker)
  }

  @Test func `messages whose confirms are lost are published again, unchanged`() async throws {
    let deployment = try Deployment.current
    let servers = try ProxiedServers(deployment)
    let stream = try await ObservedStream.open(deployment, count: 30)
    let worker = try await deployment.activeWorker(servers.patientEnvironment)
    let lock = try await OpenTransaction.begin("lock table inbox in share mode", in: deployment)
    try await stream.send()
    try await lock.isWaitedFor()
    servers.broker.swallowAnswers()
    try await lock.commit()
    let first = try await stream.results.first(1).count
    #expect(try await deployment.outboxCount() > 0)
    servers.broker.cut()
    servers.broker.forward()
    try await stream.expectOneEffectEach(worker)
    #expect(await stream.results.messages.count > stream.stream.commands.count + first - 1)
  }

  @Test func `sessions that an administrator terminates repeatedly under load cost no command`() async throws {
    let deployment = try Deployment.current
    let stream = try await ObservedStream.open(deployment, count: 400)
    try await stream.send()
    let worker = try await deployment.activeWorker(["WORKER_BATCH_COUNT": "16", "AMQP_PREFETCH": "32"])
    for count in 1...4 {
      try await stream.answers(count * 60)
      try await deployment.endActiveSession()
    }
    try await worker.program.says("57P01")
    try await stream.expectOneEffectEach(worker)
  }

  @Test func `a deleted queue pauses a worker until it exists again`() async throws {
    let deployment = try Deployment.current
    let stream = try await ObservedStream.open(deployment, count: 30)
    let worker = try await deployment.activeWorker()
    try await deployment.host.broker.management.deleteQueue("workspace.commands", in: deployment.host.name)
    try await worker.misses("workspace.commands")
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    try await worker.becomesReady()
    try await stream.send()
    try await stream.expectOneEffectEach(worker)
  }
}
