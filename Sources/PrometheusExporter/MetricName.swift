/// Names of metrics and labels as Prometheus accepts them.
///
/// Source: https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
enum MetricName {
  /// `name` with an underscore for each invalid character.
  static func sanitized(_ name: String) -> String {
    var bytes = name.utf8.map { isAllowed($0) ? $0 : UInt8(ascii: "_") }
    if let first = bytes.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      bytes.insert(UInt8(ascii: "_"), at: 0)
    }
    return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
