import CoreMetrics
import PrometheusExporter
import Testing

@Suite struct ExpositionTests {
  private let registry = PrometheusRegistry([
    MetricFamily(.counter, "shop.orders", help: "Orders, by\nkind \\ all."),
    MetricFamily(.gauge, "shop.queue", unit: .bytes, help: "What waits."),
    MetricFamily(.histogram, "shop.time", unit: .seconds, buckets: [0.1, 1], help: "How long."),
    MetricFamily(.counter, "shop.never", help: "Has no series."),
  ])

  @Test func `a counter has its help, its type, and a name that ends in _total`() {
    Counter(label: "shop.orders", dimensions: [("kind", "big")], factory: registry).increment(by: 3)
    #expect(
      registry.exposition() == """
        # HELP shop_orders_total Orders, by\\nkind \\\\ all.
        # TYPE shop_orders_total counter
        shop_orders_total{kind="big"} 3

        """)
  }

  @Test func `a gauge has the last value, and its unit in its name`() {
    let gauge = Gauge(label: "shop.queue", factory: registry)
    gauge.record(7)
    gauge.record(2.5)
    #expect(registry.exposition().contains("# TYPE shop_queue_bytes gauge\nshop_queue_bytes 2.5\n"))
  }

  @Test func `the buckets of a histogram are cumulative`() {
    let timer = Timer(label: "shop.time", factory: registry)
    for microseconds in [31_250, 62_500, 125_000, 1_000_000, 5_000_000] { timer.recordMicroseconds(microseconds) }
    #expect(
      registry.exposition().hasSuffix(
        """
        # TYPE shop_time_seconds histogram
        shop_time_seconds_bucket{le="0.1"} 2
        shop_time_seconds_bucket{le="1"} 4
        shop_time_seconds_bucket{le="+Inf"} 5
        shop_time_seconds_sum 6.21875
        shop_time_seconds_count 5

        """))
  }

  @Test func `label values are escaped, names have only valid characters, labels are in order`() {
    Counter(label: "9 lives", dimensions: [("z", "\"\\\n"), ("a.b", "é")], factory: registry).increment()
    #expect(registry.exposition().contains("_9_lives_total{a_b=\"é\",z=\"\\\"\\\\\\n\"} 1\n"))
  }

  @Test func `a family without a series is not shown`() {
    #expect(registry.exposition() == "")
  }

  @Test func `instruments with the same label and dimensions are one series, in whatever order`() {
    Counter(label: "shop.orders", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
    Counter(label: "shop.orders", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment(by: 2)
    #expect(registry.exposition().contains("shop_orders_total{a=\"1\",b=\"2\"} 3\n"))
  }

  @Test func `an instrument of another kind does not change a family`() {
    Gauge(label: "shop.orders", factory: registry).record(99)
    Counter(label: "shop.orders", factory: registry).increment()
    #expect(registry.exposition().hasSuffix("# TYPE shop_orders_total counter\nshop_orders_total 1\n"))
  }

  @Test func `a family has a bounded number of series`() {
    for number in 0..<PrometheusRegistry.maximumSeries * 2 {
      Counter(label: "shop.orders", dimensions: [("id", "\(number)")], factory: registry).increment()
    }
    let lines = registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == PrometheusRegistry.maximumSeries)
  }

  @Test func `a counter never decreases`() {
    let counter = FloatingPointCounter(label: "shop.orders", factory: registry)
    counter.increment(by: 1.5)
    counter.increment(by: -1)
    counter.increment(by: Double.nan)
    #expect(registry.exposition().hasSuffix("shop_orders_total 1.5\n"))
  }

  @Test func `a scrape begins by collecting its values`() {
    let gauge = Gauge(label: "shop.queue", factory: registry)
    registry.addCollector { gauge.record(4) }
    #expect(registry.exposition().hasSuffix("shop_queue_bytes 4\n"))
  }

  @Test func `destroyed instruments are no longer shown`() {
    let counter = Counter(label: "shop.orders", factory: registry)
    counter.increment()
    counter.destroy()
    #expect(registry.exposition() == "")
  }

  @Test func `NaN and infinities are written as Prometheus expects`() {
    let gauge = Gauge(label: "shop.queue", factory: registry)
    for (value, text) in [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e20, "1e+20"), (-3, "-3")] {
      gauge.record(value)
      #expect(registry.exposition().hasSuffix("shop_queue_bytes \(text)\n"))
    }
  }

  @Test func `counting from many threads loses nothing`() async {
    let (counter, timer) = (
      Counter(label: "shop.orders", factory: registry), Timer(label: "shop.time", factory: registry)
    )
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            counter.increment()
            timer.recordNanoseconds(1_000_000_000)
          }
        }
      }
    }
    let text = registry.exposition()
    #expect(text.contains("shop_orders_total 8000\n"))
    #expect(text.contains("shop_time_seconds_sum 8000\n") && text.contains("shop_time_seconds_count 8000\n"))
  }
}
