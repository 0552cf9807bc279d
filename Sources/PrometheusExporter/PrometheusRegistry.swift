package import CoreMetrics
import Synchronization

/// A backend of swift-metrics that keeps every series in memory, for Prometheus to scrape.
///
/// Instruments with the same label and dimensions share a series. A family declared in advance describes the
/// instruments with its label; any other label is an undescribed family of the instrument's own kind. Recorders that
/// aggregate, and timers, are histograms.
package final class PrometheusRegistry: MetricsFactory {
  /// `Content-Type` of what ``exposition()`` returns.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
  /// A family takes no more series than this: an unbounded label must not fill the memory.
  package static let maximumSeries = 500
  /// For a histogram that no family describes: seconds, from a millisecond to a minute.
  package static let defaultBuckets: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  private struct Entry {
    let family: MetricFamily
    var series: [Labels: any Instrument] = [:]
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var collectors: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  /// - Parameter families: the families declared in advance. Each appears in the exposition once it has a series.
  package init(_ families: [MetricFamily] = []) {
    state.withLock { state in
      for family in families { state.entries[family.name] = Entry(family: family) }
    }
  }

  /// Calls `collect` at the beginning of each scrape, to bring gauges up to date. It must be quick.
  package func addCollector(_ collect: @escaping @Sendable () -> Void) {
    state.withLock { $0.collectors.append(collect) }
  }

  /// Everything in the text format, sorted by name and labels.
  ///
  /// Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
  package func exposition() -> String {
    for collect in state.withLock({ $0.collectors }) { collect() }
    let entries = state.withLock { $0.entries.values }.filter { !$0.series.isEmpty }
    var text = ""
    for entry in entries.sorted(by: { $0.family.prometheusName < $1.family.prometheusName }) {
      let name = entry.family.prometheusName
      if !entry.family.help.isEmpty { text += "# HELP \(name) \(entry.family.help.helpEscaped)\n" }
      text += "# TYPE \(name) \(entry.family.kind.rawValue)\n"
      for (labels, instrument) in entry.series.sorted(by: { $0.key.text < $1.key.text }) {
        instrument.write(name, labels, to: &text)
      }
    }
    return text
  }

  /// The series of a label and its dimensions, created if missing. If the label's family is of another kind, or has too
  /// many series, the result is a series that no scrape shows.
  private func instrument<Kind: Instrument>(
    _ label: String, _ dimensions: [(String, String)], _ kind: MetricFamily.Kind, _ make: (MetricFamily) -> Kind
  ) -> Kind {
    let labels = Labels(dimensions)
    return state.withLock { state in
      var entry = state.entries[label] ?? Entry(family: MetricFamily(kind, label, help: ""))
      if let instrument = entry.series[labels] as? Kind { return instrument }
      let instrument = make(entry.family)
      guard entry.family.kind == kind, entry.series[labels] == nil, entry.series.count < Self.maximumSeries else {
        return instrument
      }
      entry.series[labels] = instrument
      state.entries[label] = entry
      return instrument
    }
  }

  private func forget(_ handler: AnyObject) {
    state.withLock { state in
      for (label, entry) in state.entries {
        guard let labels = entry.series.first(where: { $0.value === handler })?.key else { continue }
        state.entries[label]?.series[labels] = nil
        return
      }
    }
  }
}

// MARK: - MetricsFactory

extension PrometheusRegistry {
  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    instrument(label, dimensions, .counter) { _ in CounterInstrument() }
  }

  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    instrument(label, dimensions, .counter) { _ in CounterInstrument() }
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    instrument(label, dimensions, .gauge) { _ in GaugeInstrument() }
  }

  package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    guard aggregate else { return instrument(label, dimensions, .gauge) { _ in GaugeInstrument() } }
    return histogram(label, dimensions)
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions)
  }

  private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramInstrument {
    instrument(label, dimensions, .histogram) { family in
      HistogramInstrument(bounds: family.buckets.isEmpty ? Self.defaultBuckets : family.buckets)
    }
  }

  package func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
  package func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
  package func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
  package func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}

extension String {
  /// In help texts only backslashes and line feeds are escaped.
  fileprivate var helpEscaped: String {
    split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
      .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
  }
}
