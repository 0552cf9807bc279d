import Messaging

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

  /// All properties present, except for the headers, by their AMQP names.
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
