package import Instrumentation

/// A span's position in its trace, in the W3C format.
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

  /// A random position in a trace; without `traceID`, in a new one.
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

  /// The current span, which is the parent of a new one.
  package var span: SpanContext? {
    get { self[SpanContextKey.self] }
    set { self[SpanContextKey.self] = newValue }
  }

  /// The position of the next span that is started, if it is not to be chosen at random.
  package var plannedSpan: SpanContext? {
    get { self[PlannedSpanKey.self] }
    set { self[PlannedSpanKey.self] = newValue }
  }
}
