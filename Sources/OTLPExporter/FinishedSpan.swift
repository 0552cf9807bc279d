import Tracing

/// Everything about a span that has ended.
struct FinishedSpan: Sendable {
  let place: SpanContext
  let parentID: String?
  let name: String
  let kind: SpanKind
  /// Nanoseconds since 1970, as is ``end``.
  let start: UInt64
  let end: UInt64
  let attributes: SpanAttributes
  let status: SpanStatus?
  let events: [SpanEvent]
  let links: [SpanLink]
}
