import Observability
import PrometheusExporter
import Testing
import WorkspaceApplication

@testable import WorkerRuntime

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

  @Test func `queries that the primary answers are answered, and nothing lags`() {
    let status = QueryStatus()
    let registry = PrometheusRegistry(MetricCatalogue.all)
    let metrics = QueryStatusMetrics(registry, status: status)
    func collected() -> Set<Substring> {
      metrics.collect()
      return Set(registry.exposition().split(separator: "\n"))
    }
    status.consuming(nil)
    status.opened(.replica)
    status.note(lag: .seconds(5))
    #expect(
      collected().isSuperset(of: ["workspace_worker_queries_answered 1", "workspace_worker_replica_lag_seconds 5"]))
    status.closed(.replica)
    #expect(
      collected().isSuperset(of: ["workspace_worker_queries_answered 0", "workspace_worker_replica_lag_seconds 0"]))
    status.opened(.primary)
    #expect(collected().contains("workspace_worker_queries_answered 1"))
  }
}
