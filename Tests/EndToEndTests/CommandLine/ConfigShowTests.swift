import EndToEndSupport
import Foundation
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .emptyDeployment)
struct ConfigShowTests {
  private struct Report: Decodable {
    struct Setting: Decodable {
      let key: String
      let value: String
      let source: String
      let from: String?
    }
    let settings: [Setting]

    subscript(key: String) -> Setting? { settings.first { $0.key == key } }
  }

  private static let none = [
    "AMQP_URL": "", "POSTGRES_URL": "", "HTTP_PORT": "", "LOG_FORMAT": "", "WORKER_RECONNECT_LONGEST": "",
  ]

  @Test func `each value is shown with its source, and without passwords`() async throws {
    let deployment = try Deployment.current
    try "worker: {batch_count: 7}\nlog: {level: debug}".write(
      to: deployment.folder.appending(path: "mine.yaml"), atomically: true, encoding: .utf8)
    let arguments = ["config", "show", "--format", "json", "--config", "mine.yaml", "--set", "log.level=error"]
    let environment = [
      "AMQP_URL": "amqp://me:sesame@broker.example/v",
      "POSTGRES_URL": "postgres://me:sesame@db.example/d?sslpassword=sesame",
      "POSTGRES_READ_URL": "postgres://me:sesame@standby/d", "WORKER_BATCH_BYTES": "1MiB",
    ]
    let program = try deployment.start(arguments, environment)
    #expect(try await program.exit() == .code(0), "\(program.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(program.output.utf8))
    #expect(
      report["amqp.url"]?.value == "amqp://me:***@broker.example:5672/v" && report["amqp.url"]?.from == "AMQP_URL")
    #expect(report["postgres.url"]?.value == "host=db.example dbname=d user=me")
    #expect(report["worker.batch_count"]?.value == "7" && report["worker.batch_count"]?.source == "file")
    #expect(report["worker.batch_bytes"]?.value == "1MiB" && report["worker.batch_bytes"]?.source == "environment")
    #expect(report["log.level"]?.value == "error" && report["log.level"]?.source == "flag")
    #expect(report["amqp.prefetch"]?.value == "2048" && report["amqp.prefetch"]?.source == "default")
    #expect(report["postgres.read_url"]?.value == "host=standby dbname=d user=me")
    #expect(!program.output.contains("sesame") && !program.errors.contains("sesame"))
    let text = try await deployment.run("config", "show")
    #expect(text.output.contains("worker.handler_deadline"))
  }

  @Test func `the bundled file lists every setting with its default, and so does the README`() async throws {
    let defaults = try await settings([])
    let file = PythonTool.repository.appending(path: "config/worker.yaml").path
    let inFile = try await settings(["--config", file])
    #expect(inFile.map(\.key) == defaults.map(\.key))
    for (one, other) in zip(defaults, inFile) { #expect(one.value == other.value, "\(one.key)") }
    let given = try String(contentsOfFile: file, encoding: .utf8)
    for setting in defaults {
      let last = setting.key.split(separator: ".").last.map(String.init) ?? ""
      #expect(given.contains("\(last):"), "\(setting.key) is not in the file")
    }
    let readme = try String(contentsOf: PythonTool.repository.appending(path: "README.md"), encoding: .utf8)
    #expect(try documented(readme) == Set(defaults.map(\.key)))
  }

  private func settings(_ arguments: [String]) async throws -> [Report.Setting] {
    let program = try Deployment.current.start(["config", "show", "--format", "json"] + arguments, Self.none)
    #expect(try await program.exit() == .code(0), "\(program.errors)")
    return try JSONDecoder().decode(Report.self, from: Data(program.output.utf8)).settings
  }

  /// The settings in the README's table, where `.name` stands for a setting in the same section as the one before.
  private func documented(_ readme: String) throws -> Set<String> {
    let table = try #require(
      readme.components(separatedBy: "| Setting | Default |").last?.components(separatedBy: "\n\n").first)
    var keys: Set<String> = []
    for row in table.split(separator: "\n").dropFirst() {
      let cell = try #require(row.split(separator: "|").first)
      var section = ""
      for name in cell.matches(of: /`([a-z_.]+)`/).map({ String($0.output.1) }) {
        let key = name.hasPrefix(".") ? section + name : name
        if !name.hasPrefix(".") { section = name.split(separator: ".").dropLast().joined(separator: ".") }
        keys.insert(key)
      }
    }
    return keys
  }
}
