import Foundation
import Testing
import Tracing

@testable import OTLPExporter

@Suite struct OTLPTracerTests {
  private let buffer = SpanBuffer(limit: 3)
  private var tracer: OTLPTracer { OTLPTracer(buffer) }

  private struct Headers: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
  }

  @Test func `a span takes the place that was planned for it, below its parent`() throws {
    var context = InstrumentationContext.topLevel
    tracer.extract(
      ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], into: &context, using: Headers())
    context.plannedSpan = SpanContext(traceID: "0af7651916cd43dd8448eb211c80319c", spanID: "0000000000000007")
    let span = tracer.startSpan("one", context: context, ofKind: .consumer, at: DefaultTracerClock.now)
    var headers: [String: String] = [:]
    tracer.inject(span.context, into: &headers, using: Headers())
    #expect(headers["traceparent"] == "00-0af7651916cd43dd8448eb211c80319c-0000000000000007-01")
    span.end()
    let document = try decoded()
    #expect(
      document.contains(#""parentSpanId":"b7ad6b7169203331""#) && document.contains(#""spanId":"0000000000000007""#))
    #expect(document.contains(#""kind":5"#))
  }

  @Test func `a child is in the trace of its parent, with an id of its own`() throws {
    let parent = tracer.startSpan("parent", context: .topLevel, ofKind: .internal, at: DefaultTracerClock.now)
    let child = tracer.startSpan("child", context: parent.context, ofKind: .producer, at: DefaultTracerClock.now)
    let (one, other) = (try #require(parent.context.span), try #require(child.context.span))
    #expect(one.traceID == other.traceID && one.spanID != other.spanID)
    #expect(one.traceID.count == 32 && one.spanID.count == 16)
  }

  @Test func `spans that are not sampled leave nothing, nor do their children`() {
    var context = InstrumentationContext.topLevel
    tracer.extract(
      ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"], into: &context, using: Headers())
    let span = tracer.startSpan("one", context: context, ofKind: .consumer, at: DefaultTracerClock.now)
    #expect(!span.isRecording)
    tracer.startSpan("two", context: span.context, ofKind: .internal, at: DefaultTracerClock.now).end()
    span.end()
    #expect(buffer.count == 0)
  }

  @Test func `a span ends once, and later changes are ignored`() throws {
    let span = tracer.startSpan(
      "one", context: .topLevel, ofKind: .internal, at: DefaultTracerClock.Instant(nanosecondsSinceEpoch: 5))
    span.attributes["a"] = "b"
    span.attributes["n"] = 7
    span.attributes["list"] = [true, false]
    span.setStatus(SpanStatus(code: .error, message: "why"))
    span.recordError(Failure(), attributes: [:], at: DefaultTracerClock.Instant(nanosecondsSinceEpoch: 6))
    span.end(at: DefaultTracerClock.Instant(nanosecondsSinceEpoch: 9))
    span.end(at: DefaultTracerClock.Instant(nanosecondsSinceEpoch: 99))
    span.attributes["late"] = "x"
    span.operationName = "late"
    #expect(!span.isRecording && buffer.count == 1)
    let document = try decoded()
    #expect(document.contains(#""startTimeUnixNano":"5""#) && document.contains(#""endTimeUnixNano":"9""#))
    #expect(document.contains(#"{"key":"n","value":{"intValue":"7"}}"#))
    #expect(
      document.contains(#"{"key":"list","value":{"arrayValue":{"values":[{"boolValue":true},{"boolValue":false}]}}}"#))
    #expect(document.contains(#""status":{"code":2,"message":"why"}"#) && document.contains(#""name":"exception""#))
    #expect(!document.contains("late"))
  }

  private struct Failure: Error {}

  @Test func `an attribute of the sender that is a number is sent as one`() throws {
    let document = try decoded(from: ["process.pid": .number(4711), "service.name": .text("test")])
    #expect(document.contains(#"{"key":"process.pid","value":{"intValue":"4711"}}"#))
    #expect(document.contains(#"{"key":"service.name","value":{"stringValue":"test"}}"#))
  }

  @Test func `spans that do not fit are dropped, and counted`() {
    for _ in 0..<5 { tracer.startSpan("one", context: .topLevel, ofKind: .internal, at: DefaultTracerClock.now).end() }
    #expect(buffer.count == 3 && buffer.droppedCount == 2)
  }

  /// The request for the spans, with the members of objects sorted by name.
  private func decoded(from resource: [String: ResourceValue] = [:]) throws -> String {
    let data = Data(OTLPDocument(spans: buffer.take(.max), resource: resource, scope: "test").bytes)
    let object = try JSONSerialization.jsonObject(with: data)
    return String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
  }
}
