package import CoreMetrics
package import OTLPExporter
import Synchronization

/// Counters of what the telemetry itself dropped to bound its cost: suppressed log lines and dropped spans, with the
/// exported ones for comparison.
package final class LossMetrics: Sendable {
  private let sampling: LogSampling
  private let spans: SpanBuffer
  private let suppressed: GrowingCounter
  private let exported: GrowingCounter
  private let dropped: GrowingCounter

  package init(_ factory: any MetricsFactory, sampling: LogSampling, spans: SpanBuffer) {
    let instruments = Instruments(factory: factory)
    self.sampling = sampling
    self.spans = spans
    suppressed = GrowingCounter(instruments.counter(MetricCatalogue.suppressedLines))
    exported = GrowingCounter(instruments.counter(MetricCatalogue.exportedSpans))
    dropped = GrowingCounter(instruments.counter(MetricCatalogue.droppedSpans))
  }

  /// Updates the counters.
  package func collect() {
    suppressed.rise(to: sampling.suppressedCount)
    exported.rise(to: spans.exportedCount)
    dropped.rise(to: spans.droppedCount)
  }
}

/// A counter that follows a number kept elsewhere.
final class GrowingCounter: Sendable {
  private let counter: Counter
  private let told = Mutex(0)

  init(_ counter: Counter) { self.counter = counter }

  func rise(to total: Int) {
    told.withLock { told in
      guard total > told else { return }
      counter.increment(by: total - told)
      told = total
    }
  }
}
