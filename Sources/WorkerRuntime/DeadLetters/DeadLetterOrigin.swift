import Messaging
import WorkspaceDomain

/// Where a message that the broker dead-lettered came from, and why: according to the most recent entry of its
/// `x-death` header, which is the first in the list.
///
/// Source: https://www.rabbitmq.com/docs/dlx#effects
struct DeadLetterOrigin: Sendable, Equatable {
  /// Human-readable; contains no payload.
  let detail: String
  /// When the broker dead-lettered it.
  let time: Timestamp?
  /// The broker's reason, such as `delivery_limit`.
  let reason: String?
  private let exchange: ShortString?
  private let routingKey: ShortString?

  init(_ delivery: Delivery) {
    guard let death = delivery.lastDeath else {
      detail = "the message has no x-death header: it was published to the dead-letter queue"
      (time, exchange, routingKey, self.reason) = (nil, nil, nil, nil)
      return
    }
    let reason = death["reason"]?.name ?? "unknown"
    self.reason = reason
    detail = "the broker dead-lettered the message from the queue \(death["queue"]?.name ?? "unknown"): \(reason)"
    if case .timestamp(let seconds) = death["time"], seconds <= UInt64(Timestamp.expressible.upperBound / 1000) {
      time = Timestamp(milliseconds: Int64(seconds) * 1000)
    } else {
      time = nil
    }
    exchange = death["exchange"]?.shortString
    if case .array(let keys) = death["routing-keys"] { routingKey = keys.first?.shortString } else { routingKey = nil }
  }

  /// The delivered message, with the exchange and the routing key that it was originally published with.
  func message(_ delivered: AMQPMessage) -> AMQPMessage {
    guard let exchange, let routingKey else { return delivered }
    return AMQPMessage(
      exchange: exchange, routingKey: routingKey, propertyList: delivered.propertyList, body: delivered.body)
  }
}

extension Delivery {
  /// The largest `x-death` entry that is decoded. A broker's entries are far smaller, with names of up to 255 bytes,
  /// but a sender may write anything.
  private static let maximumDeathBytes = 64 << 10

  fileprivate var lastDeath: [String: HeaderValue]? {
    guard let table = properties.headers?.firstTable(ofArray: "x-death"), table.entries.count <= Self.maximumDeathBytes,
      let death = table.fields()
    else { return nil }
    return Dictionary(death.map { (String(decoding: $0.name, as: UTF8.self), $0.value) }) { _, last in last }
  }
}

extension HeaderValue {
  /// The value as a name that can be written into the ledger, without control characters; nil if it isn't one. A
  /// publisher may write anything into the header, and a letter that the database refuses would block all others.
  fileprivate var name: String? {
    guard let name = shortString, name.bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
    return name.text
  }

  fileprivate var shortString: ShortString? {
    if case .string(let bytes) = self { ShortString(bytes: bytes) } else { nil }
  }
}
