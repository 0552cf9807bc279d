import EndToEndSupport
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct UnreachableServersTests {
  private static let databaseCalls = [["migrate", "up"], ["migrate", "down"], ["migrate", "status"]]
  private static let brokerCalls = [
    ["topology", "plan"], ["topology", "apply"], ["send", "workspace.list", "--tenant", "01KAQVM607ZAB5RRB146VH73JN"],
    ["send", "workspace.list", "--tenant", "01KAQVM607ZAB5RRB146VH73JN", "--wait"],
  ]

  @Test func `a command whose server refuses or is not there exits 69`() async throws {
    let deployment = try Deployment.current
    let addresses = ["u:sesame@127.0.0.1:1", "u:sesame@no-such-host.invalid:1"]
    for address in addresses {
      try await expectUnavailable([
        (Self.databaseCalls, ["POSTGRES_URL": "postgres://\(address)/d"]),
        (Self.brokerCalls, ["AMQP_URL": "amqp://\(address)/v"]),
      ])
    }
    // The right servers, and a wrong password.
    let database = deployment.database.url.replacing(/:[^:@\/]+@/) { _ in ":sesame@" }
    let broker = deployment.host.url.replacing("guest:guest@", with: "guest:sesame@")
    try await expectUnavailable([
      (Array(Self.databaseCalls.prefix(1)), ["POSTGRES_URL": database]),
      (Array(Self.brokerCalls.prefix(1)), ["AMQP_URL": broker]),
    ])
  }

  @Test func `a command whose server is silent gives up within ten seconds`() async throws {
    let server = try StubServer()
    try await expectUnavailable([
      (Array(Self.databaseCalls.prefix(1)), ["POSTGRES_URL": "postgres://u:sesame@127.0.0.1:\(server.port)/d"]),
      (Array(Self.brokerCalls.suffix(2)), ["AMQP_URL": "amqp://u:sesame@127.0.0.1:\(server.port)/v"]),
    ])
  }

  @Test func `a command whose server talks nonsense exits 69`() async throws {
    let server = try StubServer(reply: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
    try await expectUnavailable([
      (Array(Self.databaseCalls.prefix(1)), ["POSTGRES_URL": "postgres://u:sesame@127.0.0.1:\(server.port)/d"]),
      (Array(Self.brokerCalls.prefix(1)), ["AMQP_URL": "amqp://u:sesame@127.0.0.1:\(server.port)/v"]),
    ])
  }

  /// All at once: each exits 69 in time, with a reason on standard error that contains no password.
  private func expectUnavailable(_ calls: [(calls: [[String]], environment: [String: String])]) async throws {
    let deployment = try Deployment.current
    let programs = try calls.flatMap { calls, environment in
      try calls.map { call in (call, try deployment.start(call, environment)) }
    }
    for (call, program) in programs {
      // Ten seconds are allowed; the rest is slack for a machine busy with other tests.
      #expect(try await program.exit(within: .seconds(120)) == .code(69), "\(call): \(program.errors)")
      #expect(program.output.isEmpty, "\(call)")
      #expect(program.errors.contains("workspace-worker: "), "\(call)")
      #expect(!program.errors.contains("sesame"), "\(call)")
    }
  }
}
