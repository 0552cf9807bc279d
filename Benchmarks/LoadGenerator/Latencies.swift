import Histogram

/// A histogram of latencies from a microsecond to ten minutes, with three significant digits.
struct Latencies: Sendable {
  private var histogram = Histogram<UInt64>(
    lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)

  mutating func record(_ latency: Duration) { histogram.record(UInt64(max(1, latency / .microseconds(1)))) }

  mutating func add(_ others: Latencies) { histogram.add(others.histogram) }

  func milliseconds(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1000 }
}
