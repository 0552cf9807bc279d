import Observability
import PrometheusExporter
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime

@Suite struct StatusMetricsTests {
  private let status = WorkerStatus()
  private let registry = PrometheusRegistry(MetricCatalogue.all)

  private func collected() -> Set<Substring> {
    StatusMetrics(registry, status: status, clock: FixedClock(), prefetch: 1, version: "1", reasons: ["crash_loop"])
      .collect()
    return Set(registry.exposition().split(separator: "\n"))
  }

  @Test func `what the broker last said of the queue stands until it is asked again`() {
    status.watch { nil }
    status.note(MissingConditions([:]), queue: QueueFigures(messages: 7, consumers: 1))
    #expect(collected().isSuperset(of: ["workspace_worker_queue_messages 7", "workspace_worker_queue_consumers 1"]))
    status.watch(nil)
    #expect(collected().isSuperset(of: ["workspace_worker_queue_messages 7", "workspace_worker_queue_consumers 1"]))
  }

  @Test func `letters that could not be counted hide nothing else that waits`() {
    status.change(to: .active)
    status.store = StoreStatistics(outboxCount: 3, outboxAge: .seconds(2), deadLetters: nil)
    #expect(
      collected().isSuperset(of: ["workspace_worker_outbox_entries 3", "workspace_worker_outbox_oldest_age_seconds 2"]))
  }
}
