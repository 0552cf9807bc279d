import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import TestSupport
import Testing

/// Both servers by TLS, with the certificates of the private stack.
@Suite(.needsBroker, .requiresPostgres, .needsCertificates, .deployment)
struct TLSTests {
  private var certificates: Certificates { get throws { try #require(Certificates.current) } }

  @Test func `commands are executed over TLS on both sides, each certificate verified`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker([
      "AMQP_URL": try amqps("localhost", "guest:guest@"), "AMQP_TLS_CA_FILE": try certificates.path("ca.pem"),
      "POSTGRES_URL": try postgres(
        host: "localhost", "sslmode=verify-full&sslrootcert=\(try certificates.path("ca.pem"))"),
    ])
    // Some messages are larger than a TLS record, and than the socket's buffer.
    let tenants = (0..<20).map { _ in Command.newID() }
    let name = String(repeating: "n", count: 500)
    for tenant in tenants {
      let root = Command.newID()
      try await sender.send(
        [.createRoot(tenant, id: root)] + (0..<60).map { .create(tenant, "\($0)\(name)", below: root) })
      try await sender.send([Command("workspace.list", #"{"limit":500}"#, tenant: tenant)])
    }
    let answers = try await results.first(tenants.count * 62)
    #expect(answers.allSatisfy { $0.event?.type.hasSuffix(".succeeded") == true })
    #expect(answers.contains { $0.body.count > 30_000 })
    try await deployment.outboxIsEmpty()
    #expect(try await worker.drain() == .code(0))
    let doctor = try await deployment.run(
      "doctor",
      environment: [
        "AMQP_URL": try amqps("localhost", "guest:guest@"), "AMQP_TLS_CA_FILE": try certificates.path("ca.pem"),
        "POSTGRES_URL": try postgres(
          host: "localhost", "sslmode=verify-full&sslrootcert=\(try certificates.path("ca.pem"))"),
      ])
    #expect(doctor.output.contains("encrypted; the broker's certificate is verified"))
    await sender.close()
    await results.close()
  }

  @Test func `a client certificate authenticates the worker to both servers`() async throws {
    let deployment = try Deployment.current
    let user = "workspace_certificate"
    try await deployment.host.broker.management.createUser(named: user, for: deployment.host.name)
    try await deployment.database.withConnection { connection in
      try await connection.execute(
        script: """
          do $$ begin create role \(user) login; exception when duplicate_object then null; end $$;
          grant usage on schema public to \(user);
          grant all on all tables in schema public to \(user);
          """)
    }
    let (ca, certificate, key) = (
      try certificates.path("ca.pem"), try certificates.path("client.pem"), try certificates.path("client.key")
    )
    let worker = try await deployment.activeWorker([
      "AMQP_URL": try amqps("localhost", "", "?auth_mechanism=external"), "AMQP_TLS_CA_FILE": ca,
      "AMQP_TLS_CERT_FILE": certificate, "AMQP_TLS_KEY_FILE": key,
      "POSTGRES_URL": try postgres(
        host: "localhost", "sslmode=verify-full&sslrootcert=\(ca)&sslcert=\(certificate)&sslkey=\(key)", user: user),
    ])
    try await worker.becomesReady()
    // The list of connections follows with a delay, and may still have one of another program.
    try await Patience.poll(for: "the worker's connection is that of \(user)") {
      try await deployment.host.broker.management.userNames(in: deployment.host.name).contains(user)
    }
    #expect(try await worker.drain() == .code(0))
    let without = try await deployment.run(
      "topology", "plan",
      environment: [
        "AMQP_URL": try amqps("localhost", "", "?auth_mechanism=external"), "AMQP_TLS_CA_FILE": ca,
      ])
    #expect(without.exit == .code(69) && without.errors.contains("refused the login"))
  }

  @Test
  func `an untrusted authority, a wrong host name and an expired certificate are refused, and reported`() async throws {
    let deployment = try Deployment.current
    let (ca, stranger) = (try certificates.path("ca.pem"), try certificates.path("stranger.pem"))
    let expired = [try certificates.path("expired.pem"), try certificates.path("expired.key")]
    let broker = try await PythonTool.startServer("tls_server", expired)
    let database = try await PythonTool.startServer("tls_server", expired + ["postgres"])
    let cases: [(environment: [String: String], command: [String], words: [String])] = [
      (
        ["AMQP_URL": try amqps("localhost", "guest:guest@"), "AMQP_TLS_CA_FILE": stranger], ["topology", "plan"],
        ["TLS", "certificate"]
      ),
      (
        ["AMQP_URL": try amqps("127.0.0.1", "guest:guest@"), "AMQP_TLS_CA_FILE": ca], ["topology", "plan"],
        ["TLS", "host"]
      ),
      (
        ["AMQP_URL": "amqps://guest:guest@localhost:\(broker.port)/", "AMQP_TLS_CA_FILE": ca], ["topology", "plan"],
        ["TLS", "certificate"]
      ),
      (
        ["POSTGRES_URL": try postgres(host: "localhost", "sslmode=verify-full&sslrootcert=\(stranger)")],
        ["migrate", "status"], ["certificate verify failed"]
      ),
      (
        ["POSTGRES_URL": try postgres(host: "127.0.0.1", "sslmode=verify-full&sslrootcert=\(ca)")],
        ["migrate", "status"], ["host name"]
      ),
      (
        ["POSTGRES_URL": "postgres://u:p@localhost:\(database.port)/d?sslmode=verify-full&sslrootcert=\(ca)"],
        ["migrate", "status"],
        ["certificate verify failed"]
      ),
    ]
    for (environment, command, words) in cases {
      let program = try deployment.start(command, environment)
      #expect(try await program.exit() == .code(69), "\(environment)")
      for word in words { #expect(program.errors.contains(word), "\(environment): \(program.errors)") }
      let doctor = try await deployment.run("doctor", environment: environment)
      #expect(doctor.exit == .code(1) && doctor.output.contains(".tls"), "\(doctor.output)")
    }
    try await broker.program.crash()
    try await database.program.crash()
  }

  @Test func `an address among the certificate's alternative names is verified, another is refused`() async throws {
    let deployment = try Deployment.current
    let ca = try certificates.path("ca.pem")
    // The certificate is for localhost and 127.0.0.2.
    let worker = try await deployment.activeWorker([
      "AMQP_URL": try amqps("127.0.0.2", "guest:guest@"), "AMQP_TLS_CA_FILE": ca,
    ])
    try await worker.becomesReady()
    #expect(try await worker.drain() == .code(0))
    let refused = try await deployment.run(
      "topology", "plan", environment: ["AMQP_URL": try amqps("127.0.0.1", "guest:guest@"), "AMQP_TLS_CA_FILE": ca])
    #expect(
      refused.exit == .code(69) && refused.errors.contains("the certificate does not name the host"),
      "\(refused.errors)")
  }

  private func amqps(_ host: String, _ credentials: String, _ query: String = "") throws -> String {
    "amqps://\(credentials)\(host):\(try certificates.amqpsPort)/\(try Deployment.current.host.name)\(query)"
  }

  /// - Parameter user: without a password; nil for the database's owner with password.
  private func postgres(host: String, _ query: String, user: String? = nil) throws -> String {
    var components = try #require(URLComponents(string: try Deployment.current.database.url))
    components.host = host
    components.query = query
    if let user { (components.user, components.password) = (user, nil) }
    return try #require(components.string)
  }
}

/// The certificates of the stack that the tests run against.
private struct Certificates {
  let folder: String
  let amqpsPort: String

  static var current: Certificates? {
    let environment = ProcessInfo.processInfo.environment
    guard let folder = environment["WORKSPACE_STACK_TLS"], let port = environment["WORKSPACE_STACK_AMQPS_PORT"] else {
      return nil
    }
    return Certificates(folder: folder, amqpsPort: port)
  }

  func path(_ file: String) -> String { "\(folder)/\(file)" }
}

extension Trait where Self == ConditionTrait {
  fileprivate static var needsCertificates: Self {
    .enabled(
      if: Certificates.current != nil,
      "needs WORKSPACE_STACK_TLS and WORKSPACE_STACK_AMQPS_PORT, which bin/stack env has")
  }
}
