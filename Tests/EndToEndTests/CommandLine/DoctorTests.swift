import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct DoctorTests {
  private struct Report: Decodable {
    struct Check: Decodable {
      let check: String
      let status: String
      let detail: String
      let remedy: String?
    }
    let status: String
    let checks: [Check]

    subscript(name: String) -> Check? { checks.first { $0.check == name } }
  }

  @Test func `what is missing is a problem with its remedy, and the remedy resolves it`() async throws {
    let deployment = try Deployment.current
    let before = try await report(exit: 1)
    #expect(before.status == "problem")
    #expect(before["broker.topology"]?.remedy == "workspace-worker topology apply")
    #expect(before["database.migrations"]?.remedy == "workspace-worker migrate up")
    try await deployment.prepare()
    let idle = try await report(exit: 0)
    #expect(idle.status == "warning" && idle["broker.consumers"]?.status == "warning")
    let worker = try await deployment.activeWorker()
    let after = try await report(exit: 0)
    #expect(after["broker.consumers"]?.status == "ok" && after["broker.topology"]?.status == "ok")
    #expect(after.checks.allSatisfy { ($0.remedy == nil) == ($0.status == "ok") })
    for check in [
      "configuration", "deadlines.consumer_timeout", "retention.replay", "broker.name", "broker.login", "broker.tls",
      "broker.version",
      "broker.alarms", "database.login", "database.tls", "database.version", "database.writable", "clock.skew",
      "database.migrations",
      "database.role",
    ] {
      #expect(after[check] != nil, "\(check)")
    }
    #expect(try await worker.drain() == .code(0))
    let text = try await deployment.run("doctor")
    #expect(text.output.split(separator: "\n").count == after.checks.count + 1, "a line each")
  }

  @Test func `unreachable servers, unresolvable names and wrong passwords are distinguished`() async throws {
    let deployment = try Deployment.current
    let (amqp, postgres) = (deployment.host.url, deployment.database.url)
    for (environment, check, words) in [
      (["AMQP_URL": "amqp://127.0.0.1:1/"], "broker.connection", "start the broker"),
      (["AMQP_URL": "amqp://nowhere.invalid/"], "broker.name", "name resolution"),
      (["AMQP_URL": amqp.replacing("guest:guest", with: "guest:sesame")], "broker.login", "user, password"),
      (["POSTGRES_URL": "postgres://127.0.0.1:1/d"], "database.connection", "start PostgreSQL"),
      (["POSTGRES_URL": "postgres://nowhere.invalid/d"], "database.name", "name resolution"),
      (["POSTGRES_URL": postgres.replacing(/:[^:@]*@/, with: ":sesame@")], "database.login", "password"),
      (["WORKER_HANDLER_DEADLINE": "14m"], "deadlines.consumer_timeout", ""),
      (["WORKER_BATCH_COUNT": "many"], "configuration", "worker.yaml"),
    ] {
      let report = try await report(environment, exit: check == "configuration" ? 78 : 1)
      let found = report[check]
      #expect(found?.remedy?.contains(words) == true || words.isEmpty, "\(environment): \(report.checks)")
      #expect(found?.status == "problem" || words.isEmpty)
      #expect(!"\(report)".contains("sesame"))
    }
  }

  @Test func `an unrouted command exchange is a problem, and the probe message is not a command`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    #expect(try await report(exit: 0)["broker.route"]?.status == "ok")
    let worker = try await deployment.activeWorker()
    try await deployment.commandsAreDone()
    #expect(try await deployment.letters().isEmpty)
    try await deployment.host.withConnection {
      _ = try await $0.declare([
        .unbinding(queue: "workspace.commands", exchange: "workspace.commands", routingKey: "group.#")
      ])
    }
    let cut = try await report(exit: 1)
    #expect(cut["broker.route"]?.status == "problem" && cut["broker.route"]?.remedy?.contains("topology apply") == true)
    #expect(try await deployment.run("topology", "apply").exit == .code(0))
    #expect(try await report(exit: 0)["broker.route"]?.status == "ok")
    #expect(try await worker.drain() == .code(0))
    try await deployment.commandsAreDone()
    #expect(try await deployment.letters().isEmpty)
  }

  @Test func `a pooler that shares server processes, and a default that is not durable, are named`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let database = deployment.database
    try await database.withConnection {
      try await $0.execute(script: "alter database \(database.name) set synchronous_commit = off")
    }
    #expect(try await report(exit: 0)["database.durability"]?.detail.contains("the worker's sessions use on") == true)
    try await PgBouncer.with("pool_mode = transaction") { bouncer in
      let found = try await report(["POSTGRES_URL": bouncer.url(of: database.url)], exit: 1)["database.session"]
      #expect(found?.status == "problem" && found?.detail.contains("pool_mode must be session") == true)
    }
  }

  @Test func `a halved batch uses its deadline once, plus two round trips for each half`() async throws {
    let roomy = try await report(["WORKER_HANDLER_DEADLINE": "4m"], exit: 1)["deadlines.consumer_timeout"]
    // 4 minutes, and 11 runs of two round trips of 25 s.
    #expect(roomy?.status == "ok" && roomy?.detail.contains("790s") == true, "\(String(describing: roomy))")
    let tight = try await report(["WORKER_HANDLER_DEADLINE": "15m"], exit: 1)["deadlines.consumer_timeout"]
    #expect(tight?.status == "warning", "\(String(describing: tight))")
  }

  @Test func `the broker's own limit is the one that the operator gives`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let short = try await deployment.run("doctor", "--consumer-timeout", "2m", "--format", "json")
    #expect(short.exit == .code(1) && short.output.contains("2m"))
    #expect(try await deployment.run("doctor", "--consumer-timeout", "soon").exit == .code(64))
  }

  @Test func `a second consumer of the commands is a problem`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let one = try await Subscription.of("workspace.commands", on: deployment.host)
    let two = try await Subscription.of("workspace.commands", on: deployment.host)
    #expect(try await report(exit: 1)["broker.consumers"]?.status == "problem")
    await one.close()
    await two.close()
  }

  private func report(_ environment: [String: String] = [:], exit: Int32) async throws -> Report {
    let result = try await Deployment.current.run("doctor", "--format", "json", environment: environment)
    #expect(result.exit == .code(exit), "\(environment): \(result.output)")
    return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }
}
