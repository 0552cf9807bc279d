import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import TestSupport
import Testing

/// The rights that `docs/security.md` lists, read from that document, are sufficient and allow no more.
@Suite(.needsBroker, .requiresPostgres, .deployment)
struct LeastPrivilegeTests {
  @Test func `a worker does all its work with the documented rights, and can't migrate`() async throws {
    let deployment = try Deployment.current
    let role = "worker_\(UInt32.random(in: 0 ... .max))"
    let password = "sesame\(UInt32.random(in: 0 ... .max))"
    let grants = try documented("sql").replacing("workspace_worker_run", with: role).replacing(
      "'change me'", with: "'\(password)'")
    try await deployment.database.withConnection { try await $0.execute(script: grants) }
    let user = try await deployment.host.broker.management.createUser(
      for: deployment.host.name, permissions: try permissions())
    let environment = [
      "AMQP_URL": try url(deployment.host.url, user.name, user.password),
      "POSTGRES_URL": try url(deployment.database.url, role, password),
      "DEAD_LETTERS_RETENTION": "1s", "PARKING_RETRY_DELAYS": "100ms", "METRICS_COUNT_INTERVAL": "1s",
      "PUBLISHING_RESULTS": "both", "PUBLISHING_EVENTS": "both",
    ]
    let worker = try await deployment.activeWorker(environment)
    try await worker.becomesReady()
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let events = try await Subscription.to("workspace.events", on: deployment.host)
    let replies = try await Subscription.replies(on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let (tenant, root, child) = (Command.newID(), Command.newID(), Command.newID())
    let poison = try await PoisonedName.set("poison", in: deployment)
    try await sender.send([
      .createRoot(tenant, id: root), .create(tenant, "a", below: root, id: child), .rename(tenant, child, to: "b"),
      .get(tenant, child).replying(to: replies.queue), .delete(tenant, child),
      Command("workspace.list", "[]", tenant: tenant),
      .create(tenant, "poison", below: root), Command("workspace.list", "{}", tenant: tenant),
    ])
    let answers = try await results.first(8)
    #expect(answers.count { $0.event?.type.hasSuffix(".succeeded") == true } == 6)
    #expect(answers.compactMap(\.code).sorted() == ["invalid_data", "unexpected_failure"])
    _ = try await events.first(4)
    _ = try await replies.first(1)
    // A message that the broker dead-lettered is taken from its queue, and expired dead letters are removed.
    try await deployment.host.publish(["lost"], to: "workspace.commands.dead")
    try await Patience.poll(for: "the ledger was filled and emptied again") {
      let metrics = try await worker.metrics()
      return metrics.value("workspace_worker_dead_letters_total", ["reason": "broker_dead_lettered"]) == 1
        && metrics.value("workspace_worker_expired_entries_total", ["table": "dead_letters"]) == 3
    }
    try await deployment.outboxIsEmpty()
    let client = try await QueryClient.open(on: deployment.host)
    #expect(
      try await client.ask(Command("workspace.find", #"{"name":"root"}"#, tenant: tenant))?.data.workspace?.id == root)
    #expect(try await client.ask(.rename(tenant, root, to: "c"))?.data.error?.code == "unknown_command_type")
    await client.close()
    let doctor = try await deployment.run("doctor", environment: environment)
    #expect(doctor.output.contains("\(role) has the privileges that a worker needs"), "\(doctor.output)")
    #expect(try await worker.drain() == .code(0))
    #expect(
      !worker.program.errors.contains("refused") && !worker.program.errors.contains("permission denied"),
      "\(worker.program.errors)")
    let down = try await deployment.run("migrate", "down", environment: environment)
    #expect(down.exit == .code(1))
    #expect(try await deployment.run("topology", "apply", environment: environment).exit == .code(1))
    try await poison.lift()
    try await deployment.dropRole(role)
    try await deployment.host.broker.management.deleteUser(user.name)
    await sender.close()
    for subscription in [results, events, replies] { await subscription.close() }
  }

  @Test func `doctor names each missing right`() async throws {
    let deployment = try Deployment.current
    let role = "worker_\(UInt32.random(in: 0 ... .max))"
    try await deployment.database.withConnection { connection in
      try await connection.execute(
        script: """
          create role \(role) login password 'sesame';
          revoke usage on schema public from public;
          """)
    }
    func doctor(granting statement: String) async throws -> FinishedProgram {
      try await deployment.database.withConnection { try await $0.execute(script: statement) }
      return try await deployment.run(
        "doctor", environment: ["POSTGRES_URL": try url(deployment.database.url, role, "sesame")])
    }
    let blind = try await doctor(granting: "")
    #expect(blind.exit == .code(1) && blind.output.contains("it lacks USAGE"), "\(blind.output)")
    let ignorant = try await doctor(granting: "grant usage on schema public to \(role)")
    #expect(ignorant.output.contains("may not read schema_migrations"), "\(ignorant.output)")
    let reader = try await doctor(granting: "grant select on all tables in schema public to \(role)")
    #expect(reader.exit == .code(1))
    #expect(
      reader.output.contains("INSERT on inbox") && reader.output.contains("UPDATE on tenants")
        && !reader.output.contains("SELECT on") && !reader.output.contains("EXECUTE on"))
    let hardened = try await doctor(granting: "revoke execute on function expect_rows from public")
    #expect(hardened.output.contains("EXECUTE on expect_rows"), "\(hardened.output)")
    try await deployment.dropRole(role)
  }

  /// The only code block of the given language in `docs/security.md`.
  private func documented(_ language: String) throws -> String {
    let text = try String(contentsOf: PythonTool.repository.appending(path: "docs/security.md"), encoding: .utf8)
    let parts = text.components(separatedBy: "```\(language)\n")
    try #require(parts.count == 2)
    return try #require(parts[1].components(separatedBy: "```").first)
  }

  private func permissions() throws -> [String: String] {
    let lines = try documented("rabbitmq").split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
    try #require(lines.count == 3)
    return Dictionary(uniqueKeysWithValues: lines.map { (String($0[0]), $0[1].trimmingCharacters(in: .whitespaces)) })
  }

  private func url(_ url: String, _ user: String, _ password: String) throws -> String {
    var components = try #require(URLComponents(string: url))
    (components.user, components.password) = (user, password)
    return try #require(components.string)
  }
}
