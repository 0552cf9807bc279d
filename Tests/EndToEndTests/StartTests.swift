import EndToEndSupport
import Foundation
import Glibc
import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Workers that start before what they need exists.
@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct StartTests {
  @Test func `a worker without a database waits, says so, and ends when it is asked to`() async throws {
    let deployment = try Deployment.current
    let worker = try deployment.startWorker(["POSTGRES_URL": "postgres://u:sesame@127.0.0.1:1/d"])
    try await worker.program.says("is not connected")
    try await expectMissing("port 1 failed", worker)
    #expect(try await worker.drain() == .code(0))
    #expect(!worker.program.errors.contains("sesame"))
  }

  /// The stacks of its threads alone are larger than the limit.
  @Test func `the smallest memory limit leaves room for the largest pool of connections`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let worker = try await deployment.activeWorker(["WORKER_MEMORY_LIMIT": "256MiB", "QUERIES_POOL_SIZE": "64"])
    let queries = try await QueryClient.open(on: deployment.host)
    #expect(try await queries.ask(Command("workspace.list", "{}", tenant: Command.newID())) != nil)
    await queries.close()
    func number(_ file: String, _ name: String) throws -> Int {
      let text = try String(contentsOfFile: "/proc/\(worker.pid)/\(file)", encoding: .utf8)
      let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
      return try #require(line?.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) })
    }
    let (limit, used) = (try number("limits", "Max data size"), try number("status", "VmData:") << 10)
    #expect(used > 700 << 20, "each connection has a thread")
    #expect(limit - used > 150 << 20, "\(limit) \(used)")
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a worker without a broker waits, says so, and ends when it is asked to`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let worker = try deployment.startWorker(["AMQP_URL": "amqp://u:sesame@127.0.0.1:1/v"])
    try await worker.program.says("is not connected")
    try await expectMissing("127.0.0.1:1", worker)
    #expect(try await worker.drain(by: SIGINT) == .code(0))
    #expect(!worker.program.errors.contains("sesame"))
  }

  @Test func `a worker waits for migrations and for the topology, and becomes ready by itself`() async throws {
    let deployment = try Deployment.current
    let worker = try deployment.startWorker()
    try await worker.program.says("is not connected")
    try await expectMissing("V0001", worker)
    #expect(try await worker.health("livez").status == 200)
    #expect(try await deployment.run("migrate", "up").exit == .code(0))
    try await expectMissing("workspace.commands", worker)
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    try await worker.becomesReady()
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a worker with --fail-fast ends with the first failure`() async throws {
    let deployment = try Deployment.current
    let worker = try deployment.startWorker(["POSTGRES_URL": "postgres://127.0.0.1:1/d"], "--fail-fast")
    #expect(try await worker.program.exit() == .code(69))
  }

  @Test func `a deleted exchange pauses a worker, and nothing is lost`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    try await deployment.host.broker.management.deleteExchange("workspace.events", in: deployment.host.name)
    let stream = CommandStream(tenants: 2, count: 50)
    try await sender.send(stream.commands)
    try await expectMissing("workspace.events", worker)
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    _ = try await results.collect("all results") { $0.answeredCount == stream.commands.count }
    try await deployment.outboxIsEmpty()
    try await worker.becomesReady()
    #expect(try await worker.drain() == .code(0))
    stream.expectResults(try await results.everything(on: deployment.host))
    try await stream.expectRecords(in: deployment)
    try await deployment.commandsAreDone()
    await sender.close()
    await results.close()
  }

  /// It is not ready, and its health server says what is missing.
  private func expectMissing(_ text: String, _ worker: WorkerProcess) async throws {
    try await Patience.poll(for: "worker \(worker.pid) misses \(text); it says \(worker.program.errors.suffix(500))") {
      let health = try await worker.health()
      return health.status == 503 && health.body.contains(text)
    }
  }
}
