import CoreMetrics
import Synchronization

/// A series that a scrape reads.
protocol Instrument: AnyObject, Sendable {
  /// Appends the lines of the series.
  func write(_ name: String, _ labels: Labels, to text: inout String)
}

/// A number that only grows.
final class CounterInstrument: Instrument, CounterHandler, FloatingPointCounterHandler {
  private let value = Mutex(0.0)

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  /// A counter never falls: values not above zero are ignored.
  func increment(by amount: Double) {
    guard amount > 0 else { return }
    value.withLock { $0 += amount }
  }

  func reset() { value.withLock { $0 = 0 } }

  func write(_ name: String, _ labels: Labels, to text: inout String) {
    text += "\(name)\(labels.braced()) \(value.withLock { $0 }.exposition)\n"
  }
}

/// A number that rises and falls.
final class GaugeInstrument: Instrument, MeterHandler, RecorderHandler {
  private let value = Mutex(0.0)

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }

  func write(_ name: String, _ labels: Labels, to text: inout String) {
    text += "\(name)\(labels.braced()) \(value.withLock { $0 }.exposition)\n"
  }
}

/// How values are distributed over buckets.
final class HistogramInstrument: Instrument, RecorderHandler, TimerHandler {
  private struct State {
    /// One for each bound, and one for values above all of them. Not cumulative.
    var counts: [UInt64]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    guard !value.isNaN else { return }
    let index = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[index] += 1
      state.sum += value
    }
  }

  /// Times are kept in seconds, the base unit of Prometheus.
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func write(_ name: String, _ labels: Labels, to text: inout String) {
    let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
    var total: UInt64 = 0
    for (bound, count) in zip(bounds.map(\.exposition) + ["+Inf"], counts) {
      total += count
      text += "\(name)_bucket\(labels.braced(adding: "le", bound)) \(total)\n"
    }
    text += "\(name)_sum\(labels.braced()) \(sum.exposition)\n"
    text += "\(name)_count\(labels.braced()) \(total)\n"
  }
}

extension Double {
  /// In the text format: whole numbers without a fraction.
  var exposition: String {
    if isNaN { return "NaN" }
    if isInfinite { return self > 0 ? "+Inf" : "-Inf" }
    return self == rounded() && magnitude < 1e15 ? "\(Int64(self))" : "\(self)"
  }
}
