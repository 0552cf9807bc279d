/// A mandatory message that the broker returned because it reached no queue.
package struct ReturnedMessage: Sendable, Equatable, CustomStringConvertible {
  package let code: ReplyCode
  package let text: String
  /// UTF-8; invalid bytes are replaced.
  package let exchange: String
  package let routingKey: String
  package let messageID: String?

  package var description: String {
    let id = messageID.map { "message \($0)" } ?? "a message"
    return "\(id) to exchange '\(exchange)' with routing key '\(routingKey)': \(code)"
  }
}
