import EndToEndSupport
import Foundation
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct ConfigurationTests {
  @Test func `all configuration errors are named at once, with exit code 78`() async throws {
    let deployment = try Deployment.current
    try write(
      """
      amqp: {url: "http://u:sesame@h/v", prefetch: 0, unknown_key: 1, heartbeat: 10, names: {commands_queue: amq.mine}}
      http: {port: 70000}
      postgres:
        lock_timeout: soon
        url: "mysql://u:sesame@h/d"
      worker: {batch_bytes: [1, 2]}
      workspace: {default_name: "  "}
      log: {level: loud, format: xml}
      surprise: true
      """, to: "broken.yaml")
    let environment = ["AMQP_URL": "", "POSTGRES_URL": "", "HTTP_PORT": "", "LOG_FORMAT": ""]
    for call in [["serve"], ["migrate", "status"], ["topology", "plan"]] {
      let program = try deployment.start(
        call + ["--config", "broken.yaml", "--set", "worker.batch_count=many", "--set", "no.such.key=sesame"],
        environment)
      #expect(try await program.exit() == .code(78), "\(call)")
      for key in Self.brokenKeys { #expect(program.errors.contains(key), "\(key) is not named in \(program.errors)") }
      #expect(!program.errors.contains("sesame"))
      #expect(program.output.isEmpty)
    }
  }

  private static let brokenKeys = [
    "amqp.url", "postgres.url", "amqp.prefetch", "amqp.unknown_key", "amqp.heartbeat", "amqp.names.commands_queue",
    "http.port", "postgres.lock_timeout", "worker.batch_bytes", "workspace.default_name", "log.level", "log.format",
    "surprise", "worker.batch_count", "no.such.key",
  ]

  /// libpq takes some keywords from its own environment variables. An authority with sslmode=prefer is refused.
  @Test(arguments: [
    ([:], false), (["PGSSLMODE": "prefer"], false), (["PGSSLMODE": "verify-ca"], true), (["PGREQUIRESSL": "1"], true),
    (["PGREQUIRESSL": "1", "PGSSLMODE": "allow"], false), (["PGREQUIRESSL": "0"], false),
  ])
  func `libpq's variables say whether TLS is used, too`(variables: [String: String], isAccepted: Bool) async throws {
    let url = ["POSTGRES_URL": "postgres://u@127.0.0.1:1/d?sslrootcert=/ca.pem"]
    let result = try await Deployment.current.run("config", "show", environment: url.merging(variables) { $1 })
    #expect(result.exit == .code(isAccepted ? 0 : 78), "\(result.errors)")
  }

  private static let unusable = [
    ("AMQP_URL", "http://u:sesame@h/v"), ("AMQP_URL", "amqp://u:sesame@h:port/v"), ("AMQP_URL", "sesame"),
    ("AMQP_URL", "amqp://u:sesame@h/%zz"), ("POSTGRES_URL", "mysql://u:sesame@h/d"), ("WORKER_BATCH_COUNT", "0"),
    ("POSTGRES_URL", "postgres://u:sesame@h:port/d"), ("POSTGRES_URL", "postgres://u:sesame@h/d?no_such_parameter=1"),
    ("POSTGRES_URL", "postgres://u:sesame"), ("HTTP_HOST", "no host"), ("TRACING_ENDPOINT", "http://h:1/?token=sesame"),
  ]

  @Test func `an unusable value is named, without its secrets`() async throws {
    let deployment = try Deployment.current
    for (variable, value) in Self.unusable {
      let program = try deployment.start(["serve"], [variable: value])
      #expect(try await program.exit() == .code(78), "\(variable)=\(value)")
      let key = variable.lowercased().replacing("_", with: ".", maxReplacements: 1)
      #expect(program.errors.contains(key), "\(program.errors)")
      #expect(!program.errors.contains("sesame"), "\(program.errors)")
    }
  }

  @Test func `a file that is missing stops the start; two equal keys are named with their line`() async throws {
    let deployment = try Deployment.current
    let missing = try await deployment.run(
      "serve", environment: ["AMQP_URL": "amqps://localhost", "AMQP_TLS_CA_FILE": "/nowhere.pem"])
    #expect(missing.exit == .code(78) && missing.errors.contains("amqp.tls.ca_file: /nowhere.pem"), "\(missing.errors)")
    try write("log: {level: info}\nlog: {level: debug}", to: "twice.yaml")
    let twice = try await deployment.run("config", "show", "--config", "twice.yaml")
    #expect(twice.exit == .code(78) && twice.errors.contains("line 1: log more than once"), "\(twice.errors)")
  }

  @Test func `a retention shorter than the lifetime of ids stops the start, with both numbers`() async throws {
    let deployment = try Deployment.current
    try write("inbox: {retention: 10d, replay_window: 336h}\nhttp: {port: none}", to: "short.yaml")
    let result = try await deployment.run("serve", "--config", "short.yaml", environment: ["HTTP_PORT": ""])
    #expect(result.exit == .code(78))
    for part in ["inbox.retention is 10d", "inbox.replay_window 14d", "http.port"] {
      #expect(result.errors.contains(part), "\(part) is not in \(result.errors)")
    }
    let short = try await deployment.run("serve", environment: ["INBOX_RETENTION": "13d"])
    #expect(short.exit == .code(78) && short.errors.contains("inbox.retention is 13d"), "\(short.errors)")
    for (variable, value) in [
      ("INBOX_RETENTION", "500ms"), ("INBOX_RETENTION", "3651d"), ("INBOX_REPLAY_WINDOW", "0s"),
    ] {
      let wrong = try await deployment.run("serve", environment: [variable: value])
      #expect(wrong.exit == .code(78) && wrong.errors.contains("from 1s to 3650d"), "\(wrong.errors)")
    }
  }

  @Test func `a missing file, or one that is not YAML, is a configuration error`() async throws {
    let deployment = try Deployment.current
    try write("amqp: [", to: "no.yaml")
    for file in ["missing.yaml", "no.yaml"] {
      let result = try await deployment.run(
        "topology", "plan", "--config", file, environment: ["LOG_LEVEL": "loud", "AMQP_TLS_CERT_FILE": "/cert.pem"])
      #expect(result.exit == .code(78))
      #expect(result.errors.contains(file) && result.errors.contains("log.level"), "it hides no other problem")
      #expect(!result.errors.contains("amqp.tls.key_file"), "which can be in the file")
    }
  }

  @Test func `flags override the environment, the environment the file, the file the defaults`() async throws {
    let deployment = try Deployment.current
    try write("amqp: {names: {commands_queue: from-file, results_exchange: from-file}}", to: "worker.yaml")
    let key = "AMQP_NAMES_COMMANDS_QUEUE"
    let file = try await deployment.run("topology", "plan", "--config", "worker.yaml")
    #expect(file.output.contains("from-file") && file.output.contains("workspace.events"))
    let environment = try await deployment.run(
      "topology", "plan", "--config", "worker.yaml", environment: [key: "from-environment"])
    #expect(environment.output.contains("from-environment") && environment.output.contains("from-file"))
    let empty = try await deployment.run(
      "topology", "plan", "--config", "worker.yaml", "--set", "amqp.names.commands_queue=", environment: [key: ""])
    #expect(empty.output == file.output, "an empty value is none")
    let flag = try await deployment.run(
      "topology", "plan", "--config", "worker.yaml", "--set", "amqp.names.commands_queue=from-flag",
      environment: [key: "from-environment"])
    #expect(flag.output.contains("from-flag") && !flag.output.contains("from-environment"))
    #expect(flag.exit == .code(2))
  }

  @Test func `the file is found at its default location`() async throws {
    let deployment = try Deployment.current
    try FileManager.default.createDirectory(
      at: deployment.folder.appending(path: "config"), withIntermediateDirectories: true)
    try write("amqp: {names: {events_exchange: found}}", to: "config/worker.yaml")
    #expect(try await deployment.run("topology", "plan").output.contains("found"))
  }

  @Test func `a root without a name gets the configured one`() async throws {
    let deployment = try Deployment.current
    try await deployment.prepare()
    let worker = try await deployment.activeWorker(["WORKSPACE_DEFAULT_NAME": "Grüße"])
    let result = try await deployment.run("send", "workspace.create_root", "--tenant", Command.newID(), "--wait")
    #expect(try CloudEvent(Array(result.output.utf8)).data.workspace?.name == "Grüße")
    #expect(try await worker.drain() == .code(0))
  }

  private func write(_ text: String, to file: String) throws {
    try text.write(to: try Deployment.current.folder.appending(path: file), atomically: true, encoding: .utf8)
  }
}
