import StrictJSON
import Tracing

/// The value of an attribute of the sender.
package enum ResourceValue: Sendable {
  case text(String)
  case number(Int)
}

/// An `ExportTraceServiceRequest` in the JSON encoding of OTLP: ids in hexadecimal digits, 64-bit numbers as strings,
/// which that encoding also accepts for floating-point numbers.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
struct OTLPDocument {
  let spans: [FinishedSpan]
  /// Attributes of the sender.
  let resource: [String: ResourceValue]
  let scope: String

  /// Written directly: a general encoder takes ten times as long, and a span has a dozen attributes.
  var bytes: [UInt8] {
    var writer = JSONWriter(capacity: 1024 * (spans.count + 1))
    writer.object { writer in
      writer.array("resourceSpans", [self]) { writer, document in
        writer.object { writer in
          writer.object("resource") { writer in
            writer.array("attributes", resource.sorted { $0.key < $1.key }) { writer, attribute in
              writer.attribute(attribute.key, attribute.value.attribute)
            }
          }
          writer.array("scopeSpans", [document]) { writer, document in
            writer.object { writer in
              writer.object("scope") { $0.member("name", document.scope) }
              writer.array("spans", document.spans) { writer, span in writer.object { $0.members(of: span) } }
            }
          }
        }
      }
    }
    return writer.bytes
  }
}

extension ResourceValue {
  fileprivate var attribute: SpanAttribute {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .int64(Int64(number))
    }
  }
}

extension JSONWriter {
  fileprivate mutating func members(of span: FinishedSpan) {
    member("traceId", span.place.traceID)
    member("spanId", span.place.spanID)
    if let parentID = span.parentID { member("parentSpanId", parentID) }
    member("name", span.name)
    member("kind", span.kind.number)
    member("startTimeUnixNano", String(span.start))
    member("endTimeUnixNano", String(span.end))
    attributes(span.attributes)
    array("events", span.events) { writer, event in
      writer.object { writer in
        writer.member("timeUnixNano", String(event.nanosecondsSinceEpoch))
        writer.member("name", event.name)
        writer.attributes(event.attributes)
      }
    }
    array("links", span.links.compactMap { link in link.context.span.map { (place: $0, attributes: link.attributes) } })
    { writer, link in
      writer.object { writer in
        writer.member("traceId", link.place.traceID)
        writer.member("spanId", link.place.spanID)
        writer.attributes(link.attributes)
      }
    }
    if let status = span.status {
      object("status") { writer in
        writer.member("code", status.code == .ok ? 1 : 2)
        if let message = status.message { writer.member("message", message) }
      }
    }
  }

  private mutating func attributes(_ attributes: SpanAttributes) {
    var all: [(key: String, value: SpanAttribute)] = []
    attributes.forEach { all.append(($0, $1)) }
    array("attributes", all) { writer, attribute in writer.attribute(attribute.key, attribute.value) }
  }

  fileprivate mutating func attribute(_ key: String, _ value: SpanAttribute) {
    object { writer in
      writer.member("key", key)
      writer.object("value") { $0.value(value) }
    }
  }

  private mutating func value(_ attribute: SpanAttribute) {
    switch attribute {
    case .int32(let value): member("intValue", String(value))
    case .int64(let value): member("intValue", String(value))
    case .double(let value): member("doubleValue", "\(value)")
    case .bool(let value): member("boolValue", value)
    case .string(let value): member("stringValue", value)
    case .int32Array(let values): list(values.map { .int32($0) })
    case .int64Array(let values): list(values.map { .int64($0) })
    case .doubleArray(let values): list(values.map { .double($0) })
    case .boolArray(let values): list(values.map { .bool($0) })
    case .stringArray(let values): list(values.map { .string($0) })
    case .stringConvertible(let value): member("stringValue", "\(value)")
    case .stringConvertibleArray(let values): list(values.map { .string("\($0)") })
    default: member("stringValue", "\(attribute)")
    }
  }

  private mutating func list(_ values: [SpanAttribute]) {
    object("arrayValue") { writer in
      writer.array("values", values) { writer, value in writer.object { $0.value(value) } }
    }
  }
}

extension SpanKind {
  /// Source: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
  fileprivate var number: Int {
    switch self {
    case .internal: 1
    case .server: 2
    case .client: 3
    case .producer: 4
    case .consumer: 5
    }
  }
}
