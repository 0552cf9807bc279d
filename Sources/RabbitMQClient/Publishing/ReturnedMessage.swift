package import Messaging

/// A mandatory message that the broker returned because it reached no queue. Its names are bytes, as sent: two that
/// aren't UTF-8 could be equal as texts.
package struct ReturnedMessage: Sendable, Equatable, CustomStringConvertible {
  package let code: ReplyCode
  package let text: String
  package let exchange: ShortString
  package let routingKey: ShortString
  package let messageID: ShortString?

  package var description: String {
    let id = messageID.map { "message \($0.readable)" } ?? "a message"
    return "\(id) to exchange '\(exchange.readable)' with routing key '\(routingKey.readable)': \(code)"
  }
}

extension ShortString {
  /// For people: invalid UTF-8 is replaced.
  var readable: String { String(decoding: bytes, as: UTF8.self) }
}
