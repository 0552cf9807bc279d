import DeliveryPipeline
import FoundationEssentials
import UnitOfWork
import WorkspaceDomain

/// What `dead-letters show` prints.
struct DeadLetterReport: Encodable {
  let id: String
  let queue: String
  /// RFC 3339.
  let recordedAt: String
  let reason: String
  let detail: String
  let attempts: Int
  let firstFailedAt: String
  let tenantID: String?
  let commandType: String?
  let commandSource: String?
  let commandID: String?
  let message: Message

  struct Message: Encodable {
    let exchange: BytesReport
    let routingKey: BytesReport
    let properties: [String: PropertyReport]
    /// Nil where there are none.
    let headers: [HeaderReport]?
    let body: BytesReport
    let bytes: Int
  }

  init(_ letter: DeadLetter, queue: String) {
    id = letter.id.description
    self.queue = queue
    recordedAt = letter.recordedAt.description
    reason = letter.reason
    detail = letter.detail
    attempts = letter.attempts.count
    firstFailedAt = letter.attempts.first.description
    tenantID = letter.subject.tenantID?.description
    commandType = letter.subject.commandType
    commandSource = letter.subject.commandSource
    commandID = letter.subject.commandID
    let properties = letter.message.properties
    message = Message(
      exchange: BytesReport(letter.message.exchange.bytes), routingKey: BytesReport(letter.message.routingKey.bytes),
      properties: PropertyReport.all(of: properties), headers: properties.headers.map(HeaderReport.all),
      body: BytesReport(letter.message.body), bytes: letter.message.body.count)
  }

  var text: String {
    var lines = [
      ("id", id), ("recorded at", recordedAt), ("reason", reason), ("detail", detail), ("attempts", "\(attempts)"),
      ("first failed at", firstFailedAt), ("tenant", tenantID ?? "-"), ("command type", commandType ?? "-"),
      ("command source", commandSource ?? "-"), ("command id", commandID ?? "-"), ("queue", queue),
      ("exchange", message.exchange.text), ("routing key", message.routingKey.text),
    ]
    for (name, value) in message.properties.sorted(by: { $0.key < $1.key }) { lines.append((name, value.text)) }
    for header in message.headers ?? [] { lines.append(("header \(header.name.text)", header.value.text)) }
    lines.append(("body", "\(message.bytes) bytes"))
    let table = lines.map { ["\($0.0):", $0.1.escapingControls(keepingLines: false)] }
    var columns = TextTable(header: table[0])
    for row in table.dropFirst() { columns.add(row) }
    return columns.text + "\n\n" + message.body.text.escapingControls(keepingLines: true)
  }
}

/// Bytes that are text mostly: as text where they are UTF-8, else in Base64.
struct BytesReport: Encodable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var validText: String? { String(validating: bytes, as: UTF8.self) }

  /// For people.
  var text: String { validText ?? "base64:" + Data(bytes).base64EncodedString() }

  func encode(to encoder: any Encoder) throws {
    if let validText {
      var container = encoder.singleValueContainer()
      try container.encode(validText)
    } else {
      try ["base64": Data(bytes).base64EncodedString()].encode(to: encoder)
    }
  }
}

/// The value of a property.
enum PropertyReport: Encodable {
  case string(BytesReport)
  case number(UInt64)

  var text: String {
    switch self {
    case .string(let bytes): bytes.text
    case .number(let number): "\(number)"
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .string(let bytes): try bytes.encode(to: encoder)
    case .number(let number): try number.encode(to: encoder)
    }
  }

  /// All that are there, but for the headers, by their names in AMQP.
  static func all(of properties: MessageProperties) -> [String: PropertyReport] {
    let strings = [
      "content_type": properties.contentType, "content_encoding": properties.contentEncoding,
      "correlation_id": properties.correlationID, "reply_to": properties.replyTo, "expiration": properties.expiration,
      "message_id": properties.messageID, "type": properties.type, "user_id": properties.userID,
      "app_id": properties.appID, "cluster_id": properties.clusterID,
    ]
    let numbers = [
      "delivery_mode": properties.deliveryMode.map(UInt64.init), "priority": properties.priority.map(UInt64.init),
      "timestamp": properties.timestamp,
    ]
    return strings.compactMapValues { $0.map { .string(BytesReport($0.bytes)) } }
      .merging(numbers.compactMapValues { $0.map(PropertyReport.number) }) { first, _ in first }
  }
}

/// A header with its value. Headers are a list: a name may come twice.
struct HeaderReport: Encodable {
  let name: BytesReport
  let value: HeaderValueReport

  /// What can't be decoded is one header without a name.
  static func all(of table: HeaderTable) -> [HeaderReport] {
    guard let fields = table.fields() else {
      return [HeaderReport(name: BytesReport([]), value: HeaderValueReport(value: .bytes(table.entries)))]
    }
    return fields.map { HeaderReport(name: BytesReport($0.name), value: HeaderValueReport(value: $0.value)) }
  }
}

struct HeaderValueReport: Encodable {
  let value: HeaderValue

  /// For people: JSON, but for strings.
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
      try fields.map { HeaderReport(name: BytesReport($0.name), value: HeaderValueReport(value: $0.value)) }.encode(to: encoder)
    }
  }
}

extension String {
  /// What somebody sent must not steer the terminal of whoever looks at it.
  ///
  /// - Parameter keepingLines: whether line ends and tabs stay as they are.
  func escapingControls(keepingLines: Bool) -> String {
    var text = ""
    for scalar in unicodeScalars {
      let isLayout = scalar == "\n" || scalar == "\t"
      let isHidden = scalar.properties.generalCategory == .control || scalar.properties.isBidiControl
      if isHidden && !(keepingLines && isLayout) {
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
