/// The description of a metric, independent of values: its name, what it counts and in what unit.
package struct MetricFamily: Sendable, Hashable {
  package enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  /// The unit of the values; each but ``none`` is a suffix of the Prometheus name.
  package enum Unit: String, Sendable {
    case none = ""
    case seconds
    case bytes
    /// For a gauge that is always 1: the information is in its labels.
    case info
  }

  /// In OpenTelemetry's form, with dots: the label of the swift-metrics instrument.
  package let name: String
  package let kind: Kind
  package let unit: Unit
  /// For people: one sentence.
  package let help: String
  /// Upper bounds of a histogram's buckets, increasing, in ``unit``, without infinity.
  package let buckets: [Double]

  package init(_ kind: Kind, _ name: String, unit: Unit = .none, buckets: [Double] = [], help: String) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.help = help
    self.buckets = buckets
  }

  /// The name in the text format: dots become underscores, then the unit, and `_total` for a counter.
  ///
  /// Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
  package var prometheusName: String {
    var name = MetricName.sanitized(name)
    if unit != .none, !name.hasSuffix("_\(unit.rawValue)") { name += "_\(unit.rawValue)" }
    if kind == .counter, !name.hasSuffix("_total") { name += "_total" }
    return name
  }
}
