import EndToEndSupport
import Foundation
import Messaging
import PostgresClient
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct MetricsTests {
  @Test func `outcomes of commands are counted, and the parts of their time add up to the total`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    let (tenant, root) = (Command.newID(), Command.newID())
    let create = Command.createRoot(tenant, id: root)
    try await sender.send([create, .create(tenant, "a", below: root), .create(tenant, "a", below: root), create])
    try await sender.send([Command("workspace.list", "[]", tenant: tenant), timed(.get(tenant, root))])
    _ = try await results.first(6)
    let metrics = try await confirmed(6, of: worker)
    #expect(
      metrics.value("workspace_worker_commands_total", ["outcome": "succeeded", "type": "workspace.create_root"]) == 1)
    #expect(
      metrics.value("workspace_worker_commands_total", ["outcome": "succeeded", "type": "workspace.create"]) == 1)
    #expect(metrics.value("workspace_worker_commands_total", ["outcome": "repeated"]) == 1)
    #expect(metrics.value("workspace_worker_commands_total", ["outcome": "dead_lettered"]) == 1)
    #expect(metrics.value("workspace_worker_rejections_total", ["code": "duplicate_workspace_name"]) == 1)
    #expect(metrics.value("workspace_worker_dead_letters_total", ["reason": "invalid_data"]) == 1)
    #expect(metrics.value("workspace_worker_dead_letters_total") == 1)
    #expect(metrics.value("messaging_client_consumed_messages_total") == 6)
    #expect(metrics.value("workspace_worker_batch_commands_sum") == 6)
    // A result for each, two events, and the announcement of a dead letter.
    #expect(metrics.value("messaging_client_sent_messages_total") == 9)
    let parts = try #require(metrics.value("workspace_worker_command_part_duration_seconds_sum"))
    let whole = try #require(metrics.value("workspace_worker_command_duration_seconds_sum"))
    #expect(abs(parts - whole) < 1e-6)
    #expect(
      metrics.value("workspace_worker_command_part_duration_seconds_count", ["part": "queue"]) == 1,
      "only one command has its time")
    #expect(try #require(metrics.value("workspace_worker_command_part_duration_seconds_sum", ["part": "queue"])) >= 5)
    await sender.close()
    await results.close()
  }

  /// A command that was sent five seconds ago.
  private func timed(_ command: Command) -> Command {
    var command = command
    let time = Date(timeIntervalSinceNow: -5).formatted(.iso8601)
    command.body = Array(
      String(decoding: command.body, as: UTF8.self).replacing(
        "\"specversion\"", with: "\"time\":\"\(time)\",\"specversion\""
      ).utf8)
    return command
  }

  @Test func `state, backlog and the process itself are shown`() async throws {
    let deployment = try Deployment.current
    let before = Date().timeIntervalSince1970
    let worker = try await deployment.activeWorker(["METRICS_COUNT_INTERVAL": "1s", "AMQP_PREFETCH": "77"])
    let after = Date().timeIntervalSince1970
    try await deployment.database.withConnection { connection in
      try await connection.execute(
        script: """
          insert into dead_letters (id, queue, fingerprint, recorded_at, reason, detail, attempts, first_failed_at, exchange,
            routing_key, properties, body)
          values ('\(Command.newID())', '/q', sha256('x'), now(), 'crash_loop', '', 3, now(), '', '', '', '')
          """)
    }
    try await Patience.poll(for: "the ledger and the broker's queues have been measured") {
      let metrics = try await worker.metrics()
      return metrics.value("workspace_worker_stored_dead_letters", ["reason": "crash_loop"]) == 1
        && metrics.value("workspace_worker_queue_consumers") == 1
    }
    let metrics = try await worker.metrics()
    #expect(metrics.value("workspace_worker_state", ["state": "active"]) == 1)
    #expect(metrics.value("workspace_worker_state") == 1)
    #expect(metrics.value("workspace_worker_ready") == 1)
    #expect(metrics.value("workspace_worker_missing") == 0)
    #expect(metrics.value("workspace_worker_prefetch_limit") == 77)
    #expect(metrics.value("workspace_worker_queue_consumers") == 1)
    #expect(metrics.value("workspace_worker_build_info") == 1)
    #expect(metrics.value("workspace_worker_outbox_entries") == 0)
    #expect(try #require(metrics.value("process_resident_memory_bytes")) > 10_000_000)
    #expect(try #require(metrics.value("process_open_fds")) > 5)
    #expect(try #require(metrics.value("process_cpu_seconds_total")) > 0)
    let started = try #require(metrics.value("process_start_time_seconds"))
    // Two seconds for the ticks in which the kernel counts, and for a clock that is corrected meanwhile.
    #expect((before - 2...after + 2).contains(started))
  }

  @Test func `no label has a value that a sender chooses`() async throws {
    let deployment = try Deployment.current
    let results = try await Subscription.to("workspace.results", on: deployment.host)
    let sender = try await CommandSender.open(on: deployment.host)
    let worker = try await deployment.activeWorker()
    let before = try await worker.metrics()
    let marks = (0..<40).map { "mark-\($0)" }
    try await sender.send(
      marks.map {
        Command(
          "workspace.\($0)", "{}", tenant: Command.newID(), id: $0, source: "/\($0)", extra: #","userid":"\#($0)""#)
      })
    try await sender.send([.get(Command.newID(), Command.newID())])
    _ = try await results.first(41)
    let after = try await confirmed(41, of: worker)
    #expect(!after.text.contains("mark-"))
    #expect(after.samples.count <= before.samples.count + 2, "a rejection is counted by its code")
    #expect(after.samples.count < 550)
    await sender.close()
    await results.close()
  }

  @Test func `every series that the dashboard and the alert rules use exists`() async throws {
    let worker = try await Deployment.current.activeWorker()
    let metrics = try await worker.metrics()
    // Rejections that have not happened are missing: all other series exist from the start.
    var names = Set(metrics.samples.map(\.name)).union(["workspace_worker_rejections_total"])
    // Help texts use the histogram's own name.
    names.formUnion(names.filter { $0.hasSuffix("_bucket") }.map { String($0.dropLast(7)) })
    for file in ["config/grafana/workspace-worker.json", "config/prometheus/alerts.yaml"] {
      let text = try String(contentsOf: PythonTool.repository.appending(path: file), encoding: .utf8)
      let used = Set(text.matches(of: /\b(?:workspace_worker|messaging|process)_[a-z_]+/).map { String($0.output) })
      #expect(used.count >= 10)
      #expect(used.subtracting(names).isEmpty, "\(file)")
    }
  }

  /// Each deployment has a job of its own.
  @Test func `neither the dashboard nor an alert rule mixes deployments`() throws {
    let folder = PythonTool.repository.appending(path: "config")
    func expressions(_ file: String, _ key: String) throws -> [Substring] {
      let lines = try String(contentsOf: folder.appending(path: file), encoding: .utf8).split(separator: "\n")
      return lines.filter { $0.contains(key) }
    }
    let panels = try expressions("grafana/workspace-worker.json", "\"expr\":")
    let rules = try expressions("prometheus/alerts.yaml", " expr:")
    #expect(panels.count > 50 && rules.count > 15)
    for panel in panels {
      #expect(panel.firstMatch(of: /\b(?:workspace_worker|messaging|process)_[a-z_]++(?!\{job=\\"\$job\\")/) == nil)
    }
    for rule in rules { #expect(rule.firstMatch(of: /\b(?:sum|max)\b(?! by \(job[,)])/) == nil) }
  }

  @Test func `promtool finds no fault in metrics and alert rules`() async throws {
    let deployment = try Deployment.current
    let worker = try await deployment.activeWorker()
    let rules = PythonTool.repository.appending(path: "config/prometheus")
    for (arguments, input) in [
      (["check", "metrics"], try await worker.health("metrics").body), (["check", "rules", "alerts.yaml"], ""),
      (["test", "rules", "alerts_test.yaml"], ""),
    ] {
      let promtool = try Program("/usr/bin/promtool", arguments, environment: [:], folder: rules, input: input)
      #expect(try await promtool.exit() == .code(0), "\(arguments): \(promtool.output) \(promtool.errors)")
      #expect(promtool.errors.isEmpty || arguments[1] != "metrics", "\(promtool.errors)")
    }
  }

  private func confirmed(_ count: Double, of worker: WorkerProcess) async throws -> Metrics {
    try await Patience.poll(for: "\(count) commands are done") {
      try await worker.metrics().value("workspace_worker_command_duration_seconds_count") == count
    }
    return try await worker.metrics()
  }
}
