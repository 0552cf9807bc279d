import CoreMetrics
import PrometheusExporter
import Synchronization

/// Makes swift-metrics instruments for the families of the catalogue.
struct Instruments: Sendable {
  let factory: any MetricsFactory

  func counter(_ family: MetricFamily, _ labels: KeyValuePairs<MetricLabel, String> = [:]) -> Counter {
    Counter(label: family.name, dimensions: dimensions(labels), factory: factory)
  }

  func gauge(_ family: MetricFamily, _ labels: KeyValuePairs<MetricLabel, String> = [:]) -> Gauge {
    Gauge(label: family.name, dimensions: dimensions(labels), factory: factory)
  }

  func recorder(_ family: MetricFamily) -> Recorder { Recorder(label: family.name, factory: factory) }

  func timer(_ family: MetricFamily, _ labels: KeyValuePairs<MetricLabel, String> = [:]) -> Timer {
    Timer(label: family.name, dimensions: dimensions(labels), factory: factory)
  }

  private func dimensions(_ labels: KeyValuePairs<MetricLabel, String>) -> [(String, String)] {
    labels.map { ($0.key.rawValue, $0.value) }
  }
}

/// Counters of one family, distinguished by a key.
final class CounterSet<Key: Hashable & Sendable>: Sendable {
  private let counters = Mutex<[Key: Counter]>([:])
  private let make: @Sendable (Key) -> Counter

  /// - Parameter known: keys whose counters exist from the start, with 0, so that even what has never happened can be
  ///   queried.
  init(known: [Key], make: @escaping @Sendable (Key) -> Counter) {
    self.make = make
    counters.withLock { counters in for key in known { counters[key] = make(key) } }
  }

  func add(_ count: Int = 1, to key: Key) {
    let counter = counters.withLock { counters in
      let counter = counters[key] ?? make(key)
      counters[key] = counter
      return counter
    }
    counter.increment(by: count)
  }
}

extension Timer {
  func record(_ duration: Duration) { recordNanoseconds(duration.nanoseconds) }
}

extension Duration {
  /// Rounded down to a nanosecond; capped at 292 years.
  fileprivate var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflows ? .max : product + attoseconds / 1_000_000_000
  }
}
