import MessageContract
package import Tracing

/// A backend of swift-distributed-tracing whose spans go to a buffer, from where ``OTLPExporter`` sends them.
///
/// A span is exported if its trace is sampled, as every new trace is.
package struct OTLPTracer: Tracer {
  private let buffer: SpanBuffer

  package init(_ buffer: SpanBuffer) { self.buffer = buffer }

  package func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> OTLPSpan {
    var context = context()
    let parent = context.span
    let place = context.plannedSpan ?? .random(in: parent?.traceID, isSampled: parent?.isSampled ?? true)
    context.plannedSpan = nil
    context.span = place
    return OTLPSpan(
      operationName, kind: kind, place: place, parentID: parent?.spanID, context: context,
      start: instant().nanosecondsSinceEpoch, finish: { [buffer] in buffer.add($0) })
  }

  /// Does nothing: the exporter sends spans every few seconds anyway.
  package func forceFlush() {}

  /// Reads the sender's span context from a `traceparent` (https://www.w3.org/TR/trace-context/).
  package func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    guard let parent = extractor.extract(key: "traceparent", from: carrier).flatMap({ TraceParent($0) }) else { return }
    context.span = SpanContext(traceID: parent.traceID, spanID: parent.spanID, isSampled: parent.isSampled)
  }

  package func inject<Carrier, Inject: Injector>(
    _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    guard let span = context.span else { return }
    let parent = TraceParent(traceID: span.traceID, spanID: span.spanID, isSampled: span.isSampled)
    injector.inject(parent.text, forKey: "traceparent", into: &carrier)
  }
}
