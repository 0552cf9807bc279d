package import Instrumentation

/// Where a span stands in its trace, as the W3C writes it.
package struct SpanContext: Sendable, Hashable {
  /// 32 hexadecimal digits.
  package let traceID: String
  /// 16 hexadecimal digits.
  package let spanID: String
  package let isSampled: Bool

  package init(traceID: String, spanID: String, isSampled: Bool = true) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// A new place: at random, in a new trace where there is no parent.
  static func random(in traceID: String? = nil, isSampled: Bool = true) -> SpanContext {
    SpanContext(traceID: traceID ?? hex() + hex(), spanID: hex(), isSampled: isSampled)
  }

  private static func hex() -> String {
    let digits = String(UInt64.random(in: 1...UInt64.max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension InstrumentationContext {
  private enum SpanContextKey: InstrumentationContextKey {
    typealias Value = SpanContext
  }

  private enum PlannedSpanKey: InstrumentationContextKey {
    typealias Value = SpanContext
  }

  /// The span that a new one is a part of.
  package var span: SpanContext? {
    get { self[SpanContextKey.self] }
    set { self[SpanContextKey.self] = newValue }
  }

  /// The place that a new span is to take, where it is not to be chosen at random.
  package var plannedSpan: SpanContext? {
    get { self[PlannedSpanKey.self] }
    set { self[PlannedSpanKey.self] = newValue }
  }
}
