import EndToEndSupport
import Foundation
import Glibc
import Messaging
import TestSupport
import Testing

/// `/readyz` soon names each missing condition, and soon drops it again.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct ReadinessTests {
  private struct Body: Decodable {
    let status: String
    let missing: [String: String]?
  }

  @Test func `a worker that reaches neither server reports both as missing`() async throws {
    let deployment = try Deployment.current
    let worker = try deployment.startWorker([
      "AMQP_URL": "amqp://u:sesame@127.0.0.1:1/v", "POSTGRES_URL": "postgres://u:sesame@127.0.0.1:1/d",
    ])
    try await awaits(worker, "connecting", ["broker", "database"])
    #expect(try await worker.health("livez").status == 200)
    #expect(try await worker.drain() == .code(0))
  }

  @Test
  func `an exchange deleted while the worker is idle is reported within seconds, until it is declared again`()
    async throws
  {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    try await worker.becomesReady()
    try await deployment.host.broker.management.deleteExchange("workspace.results", in: deployment.host.name)
    try await awaits(worker, "blocked", ["topology"])
    #expect(try await worker.metrics().value("workspace_worker_missing", ["condition": "topology"]) == 1)
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    try await worker.becomesReady()
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `a draining worker is first not ready, and says what it does`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    try await worker.becomesReady()
    // A transaction of the test keeps a command waiting, and with it the drain.
    let tenant = Command.newID()
    let sender = try await CommandSender.open(on: deployment.host)
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    try await sender.send([.createRoot(tenant, id: Command.newID())])
    _ = try await results.first(1)
    let blocker = try await OpenTransaction.begin(
      "select from tenants where id = '\(tenant)' for update", in: deployment)
    try await sender.send([Command("workspace.list", "{}", tenant: tenant)])
    try await blocker.isWaitedFor()
    worker.program.signal(SIGTERM)
    try await awaits(worker, "draining", ["worker"])
    try await worker.program.says("draining: no longer consuming")
    try await blocker.rollBack()
    #expect(try await worker.program.exit() == .code(0))
    await sender.close()
    await results.close()
  }

  /// Its body says so, and names exactly these conditions.
  private func awaits(_ worker: WorkerProcess, _ status: String, _ missing: Set<String>) async throws {
    try await Patience.poll(for: "worker \(worker.pid) misses \(missing); it says \(worker.program.errors.suffix(400))")
    {
      let health = try await worker.health()
      guard health.status == 503 else { return false }
      let body = try JSONDecoder().decode(Body.self, from: Data(health.body.utf8))
      #expect(JSONKeys(lines: health.body).strange.isEmpty)
      return body.status == status && Set((body.missing ?? [:]).keys) == missing
    }
  }
}
