import Glibc
import Observability
import PrometheusExporter
import Synchronization
import Testing

@Suite struct ProcessMetricsTests {
  private let registry = PrometheusRegistry(MetricCatalogue.all)

  private var processorTime: Double? {
    registry.exposition().split(separator: "\n").first { $0.hasPrefix("process_cpu_seconds_total ") }
      .flatMap { Double($0.split(separator: " ")[1]) }
  }

  /// Uses a second of processor time for each reading, and now and then lets others read before it returns it.
  private final class Usage: Sendable {
    private let readings = Mutex(0)

    var count: Int { readings.withLock { $0 } }

    func read() -> Double {
      let seconds = readings.withLock { readings in
        readings += 1
        return readings
      }
      if seconds.isMultiple(of: 10) { for _ in 1...10 { sched_yield() } }
      return Double(seconds)
    }
  }

  @Test func `scrapes at the same time count no time twice`() async {
    let usage = Usage()
    let metrics = ProcessMetrics(registry) { usage.read() }
    await withDiscardingTaskGroup { group in
      for _ in 1...8 {
        group.addTask { for _ in 1...250 { metrics.collect() } }
      }
    }
    #expect(usage.count == 2000)
    #expect(processorTime == 2000)
  }

  @Test func `the processor time is that of the process`() throws {
    let metrics = ProcessMetrics(registry)
    let before = ProcessMetrics.usedProcessorTime()
    metrics.collect()
    let counted = try #require(processorTime)
    #expect((before...ProcessMetrics.usedProcessorTime()).contains(counted))
  }
}
