import EndToEndSupport
import Foundation
import PostgresClient
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct PasswordFileTests {
  @Test func `passwords come from files, and new ones apply from the next connection on`() async throws {
    let deployment = try Deployment.current
    let management = deployment.host.broker.management
    let user = try await management.createUser(for: deployment.host.name)
    let role = "rotating_\(UInt32.random(in: 0 ... .max))"
    try await deployment.database.withConnection { connection in
      try await connection.execute(
        script: """
          create role \(role) login password 'first';
          grant usage on schema public to \(role);
          grant all on all tables in schema public to \(role);
          """)
    }
    let (amqpFile, postgresFile) = (
      deployment.folder.appending(path: "amqp"), deployment.folder.appending(path: "postgres")
    )
    try write(user.password, to: amqpFile)
    try write("first", to: postgresFile)
    let worker = try await deployment.activeWorker([
      "AMQP_URL": try url(deployment.host.url, user.name), "AMQP_PASSWORD_FILE": amqpFile.path,
      "POSTGRES_URL": try url(deployment.database.url, role), "POSTGRES_PASSWORD_FILE": postgresFile.path,
    ])
    try await worker.becomesReady()
    // The passwords change; the session continues. Then it ends, and the old ones no longer work.
    try await deployment.database.withConnection {
      try await $0.execute(script: "alter role \(role) password 'second'")
    }
    try await management.setPassword("second", of: user.name)
    #expect(try await worker.health().status == 200)
    try await management.closeConnections(named: "workspace-worker publish", in: deployment.host.name)
    try await Patience.poll(for: "the old passwords are refused") {
      let body = try await worker.health().body
      return body.contains("refused the login") && body.contains("database")
    }
    try write("second\n", to: amqpFile)
    try write("second\n", to: postgresFile)
    try await worker.becomesReady()
    #expect(!worker.program.errors.contains(user.password) && !worker.program.errors.contains("'second'"))
    #expect(try await worker.drain() == .code(0))
    try await deployment.dropRole(role)
    try await management.deleteUser(user.name)
  }

  @Test func `an unreadable file stops the start, with its name`() async throws {
    let result = try await Deployment.current.run(
      "serve", environment: ["AMQP_PASSWORD_FILE": "/nowhere/amqp", "POSTGRES_PASSWORD_FILE": "/nowhere/postgres"])
    #expect(result.exit == .code(78))
    #expect(result.errors.contains("/nowhere/amqp") && result.errors.contains("/nowhere/postgres"))
  }

  private func write(_ text: String, to file: URL) throws {
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  private func url(_ url: String, _ user: String) throws -> String {
    var components = try #require(URLComponents(string: url))
    (components.user, components.password) = (user, "wrong")
    return try #require(components.string)
  }
}
