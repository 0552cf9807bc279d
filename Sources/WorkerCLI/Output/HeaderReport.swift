import FoundationEssentials
import Messaging

/// A header with its value. Headers are a list: a name may occur twice.
struct HeaderReport: Encodable {
  let name: BytesReport
  let value: HeaderValueReport

  /// All headers of a table. A table that can't be decoded becomes one header without a name.
  static func all(of table: HeaderTable) -> [HeaderReport] {
    guard let fields = table.fields() else {
      return [HeaderReport(name: BytesReport([]), value: HeaderValueReport(value: .bytes(table.entries)))]
    }
    return fields.map { HeaderReport(name: BytesReport($0.name), value: HeaderValueReport(value: $0.value)) }
  }
}

struct HeaderValueReport: Encodable {
  let value: HeaderValue

  /// For people: JSON, except for strings.
  var text: String {
    if case .string(let bytes) = value { return BytesReport(bytes).text }
    return (try? OutputOptions.json(self)) ?? "?"
  }

  func encode(to encoder: any Encoder) throws {
    switch value {
    case .void: try Optional<Bool>.none.encode(to: encoder)
    case .boolean(let value): try value.encode(to: encoder)
    case .integer(let value): try value.encode(to: encoder)
    case .unsigned(let value), .timestamp(let value): try value.encode(to: encoder)
    case .float(let value): try "\(value)".encode(to: encoder)
    case .double(let value): try "\(value)".encode(to: encoder)
    case .decimal(let scale, let digits): try "\(digits)e-\(scale)".encode(to: encoder)
    case .string(let bytes): try BytesReport(bytes).encode(to: encoder)
    case .bytes(let bytes): try ["base64": Data(bytes).base64EncodedString()].encode(to: encoder)
    case .array(let values): try values.map(HeaderValueReport.init).encode(to: encoder)
    case .table(let fields):
      try fields.map { HeaderReport(name: BytesReport($0.name), value: HeaderValueReport(value: $0.value)) }.encode(
        to: encoder)
    }
  }
}
