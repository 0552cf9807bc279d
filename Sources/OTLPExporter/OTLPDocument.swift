import FoundationEssentials
import Tracing

/// An `ExportTraceServiceRequest` in the JSON encoding of OTLP: ids in hexadecimal digits, 64-bit numbers as text.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
struct OTLPDocument: Encodable {
  struct ResourceSpans: Encodable {
    let resource: Resource
    let scopeSpans: [ScopeSpans]
  }

  struct Resource: Encodable {
    let attributes: [Attribute]
  }

  struct ScopeSpans: Encodable {
    let scope: Scope
    let spans: [Span]
  }

  struct Scope: Encodable {
    let name: String
  }

  struct Span: Encodable {
    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let name: String
    let kind: Int
    let startTimeUnixNano: String
    let endTimeUnixNano: String
    let attributes: [Attribute]
    let events: [Event]
    let links: [Link]
    let status: Status?
  }

  struct Event: Encodable {
    let timeUnixNano: String
    let name: String
    let attributes: [Attribute]
  }

  struct Link: Encodable {
    let traceId: String
    let spanId: String
    let attributes: [Attribute]
  }

  struct Status: Encodable {
    let code: Int
    let message: String?
  }

  let resourceSpans: [ResourceSpans]

  init(_ spans: [FinishedSpan], resource: [String: String], scope: String) {
    let attributes = resource.sorted { $0.key < $1.key }.map { Attribute(key: $0.key, value: .string($0.value)) }
    resourceSpans = [
      ResourceSpans(
        resource: Resource(attributes: attributes),
        scopeSpans: [ScopeSpans(scope: Scope(name: scope), spans: spans.map(Span.init))])
    ]
  }

  var data: [UInt8] {
    get throws { try Array(JSONEncoder().encode(self)) }
  }
}

extension OTLPDocument {
  struct Attribute: Encodable {
    let key: String
    let value: Value
  }

  enum Value: Encodable {
    case string(String), integer(Int64), double(Double), boolean(Bool)
    case array([Value])

    private enum Key: String, CodingKey {
      case stringValue, intValue, doubleValue, boolValue, arrayValue
    }

    private struct Values: Encodable {
      let values: [Value]
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      switch self {
      case .string(let value): try container.encode(value, forKey: .stringValue)
      case .integer(let value): try container.encode("\(value)", forKey: .intValue)
      case .double(let value): try container.encode(value, forKey: .doubleValue)
      case .boolean(let value): try container.encode(value, forKey: .boolValue)
      case .array(let values): try container.encode(Values(values: values), forKey: .arrayValue)
      }
    }
  }
}

extension OTLPDocument.Value {
  init(_ attribute: SpanAttribute) {
    switch attribute {
    case .int32(let value): self = .integer(Int64(value))
    case .int64(let value): self = .integer(value)
    case .double(let value): self = .double(value)
    case .bool(let value): self = .boolean(value)
    case .string(let value): self = .string(value)
    case .int32Array(let values): self = .array(values.map { .integer(Int64($0)) })
    case .int64Array(let values): self = .array(values.map { .integer($0) })
    case .doubleArray(let values): self = .array(values.map { .double($0) })
    case .boolArray(let values): self = .array(values.map { .boolean($0) })
    case .stringArray(let values): self = .array(values.map { .string($0) })
    case .stringConvertible(let value): self = .string("\(value)")
    case .stringConvertibleArray(let values): self = .array(values.map { .string("\($0)") })
    default: self = .string("\(attribute)")
    }
  }
}

extension [OTLPDocument.Attribute] {
  init(_ attributes: SpanAttributes) {
    self = []
    attributes.forEach { append(OTLPDocument.Attribute(key: $0, value: OTLPDocument.Value($1))) }
    sort { $0.key < $1.key }
  }
}

extension OTLPDocument.Span {
  init(_ span: FinishedSpan) {
    traceId = span.place.traceID
    spanId = span.place.spanID
    parentSpanId = span.parentID
    name = span.name
    kind = span.kind.number
    startTimeUnixNano = "\(span.start)"
    endTimeUnixNano = "\(span.end)"
    attributes = .init(span.attributes)
    events = span.events.map { event in
      OTLPDocument.Event(
        timeUnixNano: "\(event.nanosecondsSinceEpoch)", name: event.name, attributes: .init(event.attributes))
    }
    links = span.links.compactMap { link in
      link.context.span.map { place in
        OTLPDocument.Link(traceId: place.traceID, spanId: place.spanID, attributes: .init(link.attributes))
      }
    }
    status = span.status.map { OTLPDocument.Status(code: $0.code == .ok ? 1 : 2, message: $0.message) }
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
