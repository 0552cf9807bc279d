import EndToEndSupport
import Glibc
import Messaging
import PostgresClient
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct DrainTests {
  @Test(arguments: [SIGTERM, SIGINT])
  func `a worker that is stopped under load finishes its commands in progress, and leaves the rest`(signal: Int32)
    async throws
  {
    let deployment = try Deployment.current
    let stream = CommandStream(tenants: 3, count: 1500)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    try await sender.send(stream.commands)

    // All would take 19 s: enough to stop the worker in between.
    let slow = try await SlowTables.set("inbox", seconds: 0.2, in: deployment)
    // A small prefetch leaves most of the commands to the broker.
    let worker = try deployment.startWorker(["WORKER_BATCH_COUNT": "16", "AMQP_PREFETCH": "32"])
    _ = try await results.first(100)
    #expect(try await worker.drain(by: signal) == .code(0))

    let done = try await results.everything(on: deployment.host)
    let records = try await deployment.records()
    #expect(done.count == Int(records.inbox.rows))
    #expect(done.answeredCount == done.count)
    #expect(done.count < stream.commands.count)
    #expect(try await events.everything(on: deployment.host).count == Int(records.sequences.values.reduce(0, +)))
    #expect(try await deployment.outboxCount() == 0)
    #expect(try await deployment.host.depth(of: "workspace.commands") == stream.commands.count - done.count)

    try await slow.lift()
    let next = try deployment.startWorker()
    let all = try await results.first(stream.commands.count)
    #expect(try await next.drain(by: signal) == .code(0))
    #expect(try await results.everything(on: deployment.host).count == all.count)
    stream.expectResults(all)
    stream.expectEvents(try await events.everything(on: deployment.host), repeated: false)
    try await stream.expectRecords(in: deployment)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
    await events.close()
  }

  @Test func `a worker is ready, then draining and not ready, until its work in progress is done`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    #expect(try await worker.health().status == 200)
    let (lock, results) = try await workerInATransaction(deployment)
    worker.program.signal(SIGTERM)
    try await worker.program.says("draining")
    let health = try await worker.health()
    #expect(health.status == 503)
    #expect(health.body.contains("draining"))
    #expect(try await worker.health("livez").status == 200)
    try await lock.commit()
    #expect(try await worker.program.exit() == .code(0))
    #expect(try await results.everything(on: deployment.host).count == 2)
    try await deployment.commandsAreDone()
    await results.close()
  }

  @Test func `a second signal ends a worker at once, and its command is executed by the next worker`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker(["WORKER_DRAIN_TIMEOUT": "10m"])
    let (lock, results) = try await workerInATransaction(deployment)
    worker.program.signal(SIGTERM)
    try await worker.program.says("draining")
    worker.program.signal(SIGTERM)
    #expect(try await worker.program.exit() == .code(130))
    try await lock.rollBack()
    let next = try await deployment.activeWorker()
    // The first result may come a second time: no later transaction removed it from the outbox.
    _ = try await results.collect("both results") { $0.answeredCount == 2 }
    #expect(try await next.drain() == .code(0))
    try await deployment.commandsAreDone()
    await results.close()
  }

  @Test func `a drain that takes too long is aborted in time, and loses nothing`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker(["WORKER_DRAIN_TIMEOUT": "1s"])
    let (lock, results) = try await workerInATransaction(deployment)
    worker.program.signal(SIGTERM)
    #expect(try await worker.program.exit() == .code(1))
    #expect(worker.program.errors.contains("left behind: 1 deliveries"), "\(worker.program.errors.suffix(500))")
    try await lock.rollBack()
    let next = try await deployment.activeWorker()
    // The first result may come a second time: no later transaction removed it from the outbox.
    _ = try await results.collect("both results") { $0.answeredCount == 2 }
    #expect(try await next.drain() == .code(0))
    try await deployment.commandsAreDone()
    await results.close()
  }

  @Test func `a drain whose connection is lost reports what it left, and loses nothing`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let (lock, results) = try await workerInATransaction(deployment)
    worker.program.signal(SIGTERM)
    try await worker.program.says("draining")
    try await deployment.database.withConnection { connection in
      try await connection.execute(
        script:
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
      )
    }
    #expect(try await worker.program.exit() == .code(1))
    #expect(worker.program.errors.contains("left behind: 1 deliveries"), "\(worker.program.errors.suffix(500))")
    try await lock.rollBack()
    let next = try await deployment.activeWorker()
    _ = try await results.collect("both results") { $0.answeredCount == 2 }
    #expect(try await next.drain() == .code(0))
    try await deployment.commandsAreDone()
    await results.close()
  }

  @Test func `a drain finishes the commands in progress, and leaves the broker's dead letters to the next worker`()
    async throws
  {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let (lock, results) = try await workerInATransaction(deployment)
    try await deployment.host.publish((0..<300).map { "\($0)" }, to: "workspace.commands.dead")
    worker.program.signal(SIGTERM)
    try await worker.program.says("draining")
    try await lock.commit()
    #expect(try await worker.program.exit() == .code(0))
    #expect(try await results.everything(on: deployment.host).count == 2)
    #expect(try await deployment.letters().isEmpty)
    let next = try await deployment.activeWorker()
    try await Patience.poll(for: "the dead letters are recorded") { try await deployment.letters().count == 300 }
    #expect(try await next.drain() == .code(0))
    await results.close()
  }

  @Test func `a full dead-letter queue does not delay commands, however small a batch is`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    try await deployment.host.publish((0..<2000).map { "\($0)" }, to: "workspace.commands.dead")
    let sender = try await CommandSender.open(on: deployment.host)
    let tenant = Command.newID()
    try await sender.send([.createRoot(tenant, id: Command.newID())] + (0..<20).map { _ in .get(tenant, tenant) })
    let worker = try await deployment.activeWorker(["WORKER_BATCH_COUNT": "1"])
    _ = try await results.first(21)
    #expect(try await deployment.letterCountAtLastAnswer() < 1000, "commands and dead letters take turns")
    #expect(try await worker.drain() == .code(0))
    await sender.close()
    await results.close()
  }

  @Test func `a standby worker is ready, and ends when it is asked to`() async throws {
    let deployment = try Deployment.current
    let active = try await deployment.activeWorker()
    let standby = try deployment.startWorker()
    try await standby.standsBy()
    let health = try await standby.health()
    #expect(health.status == 200)
    #expect(health.body.contains("standby"))
    #expect(try await standby.drain() == .code(0))
    #expect(try await active.health().status == 200)
    #expect(try await active.drain() == .code(0))
  }

  /// Has a worker create a tenant, and wait for a lock of the test with its next command.
  private func workerInATransaction(_ deployment: Deployment) async throws -> (OpenTransaction, Subscription) {
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let (tenant, root) = (Command.newID(), Command.newID())
    try await sender.send([.createRoot(tenant, id: root)])
    _ = try await results.first(1)
    let lock = try await OpenTransaction.begin("select from tenants where id = '\(tenant)' for update", in: deployment)
    try await sender.send([.create(tenant, "held up", below: root)])
    try await lock.isWaitedFor()
    await sender.close()
    return (lock, results)
  }
}
