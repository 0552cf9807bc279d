import EndToEndSupport
import Foundation
import PostgresClient
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct MigrateTests {
  private struct Status: Decodable {
    struct Entry: Decodable {
      let version: Int
      let name: String
      let state: String
      let applied_at: String?
    }
    let migrations: [Entry]
  }

  @Test func `migrations go up, down and up again, and status shows their state`() async throws {
    let deployment = try Deployment.current
    let (pending, states) = try await status()
    #expect(pending == .code(2))
    #expect(Set(states.map(\.state)) == ["pending"])
    let up = try await deployment.run("migrate", "up", "--format", "json")
    #expect(up.exit == .code(0))
    #expect(
      try JSONDecoder().decode([String: [String]].self, from: Data(up.output.utf8))["applied"]?.count == states.count)
    #expect(try await deployment.run("migrate", "up").exit == .code(0))
    let (applied, all) = try await status()
    #expect(applied == .code(0))
    #expect(all.allSatisfy { $0.state == "applied" && $0.applied_at != nil })

    let last = states.count
    #expect(try await deployment.run("migrate", "down").exit == .code(0))
    #expect(try await status().entries.filter { $0.state == "pending" }.map(\.version) == [last])
    #expect(try await deployment.run("migrate", "down", "--to", "1").exit == .code(0))
    #expect(try await status().entries.filter { $0.state == "applied" }.map(\.version) == [1])
    #expect(try await deployment.run("migrate", "down", "--to", "0").exit == .code(0))
    #expect(try await status().entries.allSatisfy { $0.state == "pending" })
    #expect(try await deployment.run("migrate", "up").exit == .code(0))
    #expect(try await status().exit == .code(0))
  }

  @Test func `migrations with data are reverted only with consent, and never under an active worker`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let worker = try await deployment.activeWorker()
    let sent = try await deployment.run("send", "workspace.create_root", "--tenant", Command.newID(), "--wait")
    #expect(sent.exit == .code(0))
    let refused = try await deployment.run("migrate", "down", "--to", "0", "--yes")
    #expect(refused.exit == .code(1) && refused.errors.contains("a worker is active"), "\(refused.errors)")
    #expect(try await worker.health().status == 200)
    #expect(try await worker.drain() == .code(0))

    let asked = try await deployment.run("migrate", "down", "--to", "0")
    #expect(asked.exit == .code(2) && asked.output.isEmpty)
    #expect(
      asked.errors.contains("1 workspaces") && asked.errors.contains("1 tenants") && asked.errors.contains("--yes"),
      "\(asked.errors)")
    #expect(try await status().exit == .code(0))
    let done = try await deployment.run("migrate", "down", "--to", "0", "--yes", "--format", "json")
    #expect(done.exit == .code(0) && done.output.contains(#""workspaces":1"#), "\(done.output)")
    #expect(try await status().entries.allSatisfy { $0.state == "pending" })
  }

  @Test func `an idle worker whose schema vanishes is not ready, and recovers when the schema is back`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let worker = try await deployment.activeWorker(["POSTGRES_IDLE_SESSION_TIMEOUT": "5s"])
    try await worker.becomesReady()
    try await execute("drop schema public cascade; create schema public")
    try await Patience.poll(for: "the worker is not ready") { try await worker.health().status == 503 }
    #expect(try await worker.health().body.contains("not applied"))
    #expect(try await deployment.run("migrate", "up").exit == .code(0))
    try await worker.becomesReady()
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `concurrent runs apply each migration once`() async throws {
    let deployment = try Deployment.current
    let programs = try (1...4).map { _ in try deployment.start(["migrate", "up", "--format", "json"]) }
    var applied: [String] = []
    for program in programs {
      #expect(try await program.exit() == .code(0), "\(program.errors)")
      applied += try JSONDecoder().decode([String: [String]].self, from: Data(program.output.utf8))["applied"] ?? []
    }
    #expect(Set(applied).count == applied.count)
    #expect(try await status().exit == .code(0))
  }

  @Test func `a migration that was edited after it was applied is refused, by name`() async throws {
    let deployment = try Deployment.current
    #expect(try await deployment.run("migrate", "up").exit == .code(0))
    try await execute("update schema_migrations set checksum = decode(md5('x') || md5('y'), 'hex') where version = 2")
    for call in ["up", "down"] {
      let result = try await deployment.run("migrate", call)
      #expect(result.exit == .code(1))
      #expect(result.errors.contains("V0002"), "\(result.errors)")
    }
    let (exit, entries) = try await status()
    #expect(exit == .code(1))
    #expect(entries.filter { $0.state == "edited" }.map(\.version) == [2])
    let worker = try deployment.startWorker()
    try await worker.program.says("is not connected")
    #expect(try await worker.health().body.contains("V0002"))
    #expect(try await worker.drain() == .code(0))
  }

  @Test func `duplicate names block the constraint, and are listed`() async throws {
    let deployment = try Deployment.current
    #expect(try await deployment.run("migrate", "up").exit == .code(0))
    #expect(try await deployment.run("migrate", "down", "--to", "1").exit == .code(0))
    let (tenant, root) = (Command.newID(), Command.newID())
    let rows = [root: "null"].merging([Command.newID(): "'\(root)'", Command.newID(): "'\(root)'"]) { one, _ in one }
    try await execute(
      "insert into tenants (id) values ('\(tenant)');"
        + rows.sorted { $0.value > $1.value }.map { id, parent in
          """
          insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
          values ('\(id)', '\(tenant)', '\(parent == "null" ? "root" : "twice")', \(parent), now(), now(), 1);
          """
        }.joined())
    let refused = try await deployment.run("migrate", "up")
    #expect(refused.exit == .code(1))
    #expect(refused.errors.contains("twice") && refused.errors.contains(tenant), "\(refused.errors)")
    #expect(try await status().entries.filter { $0.state == "applied" }.map(\.version) == [1])
    try await execute("delete from workspaces where name = 'twice'")
    #expect(try await deployment.run("migrate", "up").exit == .code(0))
  }

  @Test func `with a migration of a later version, all of this one's are still applied`() async throws {
    #expect(try await Deployment.current.run("migrate", "up").exit == .code(0))
    try await execute(
      "insert into schema_migrations (version, name, checksum) values (99999, 'later', sha256('later'))")
    let (exit, entries) = try await status()
    #expect(exit == .code(0) && entries.last?.state == "unknown")
  }

  private func status() async throws -> (exit: Program.Exit, entries: [Status.Entry]) {
    let result = try await Deployment.current.run("migrate", "status", "--format", "json")
    return (result.exit, try JSONDecoder().decode(Status.self, from: Data(result.output.utf8)).migrations)
  }

  private func execute(_ script: String) async throws {
    try await Deployment.current.database.withConnection { try await $0.execute(script: script) }
  }
}
