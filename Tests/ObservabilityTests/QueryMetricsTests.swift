import Observability
import PrometheusExporter
import Testing
import WorkerRuntime
import WorkspaceApplication

@Suite struct QueryMetricsTests {
  @Test func `a query that becomes a dead letter is counted by its reason, with the commands that do`() {
    let registry = PrometheusRegistry(MetricCatalogue.all)
    let commands = WorkerMetrics(registry, queue: "workspace.commands", tables: [])
    withExtendedLifetime(commands) {
      QueryMetrics(registry).observe(.handled(nil, .deadLettered(.forbiddenSender), after: .zero))
    }
    let letters = registry.exposition().split(separator: "\n").filter {
      $0.hasPrefix("workspace_worker_dead_letters_total") && !$0.hasSuffix(" 0")
    }
    #expect(letters == [#"workspace_worker_dead_letters_total{reason="forbidden_sender"} 1"#])
  }
}
