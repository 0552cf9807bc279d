import Messaging

extension OutboundMessage {
  private static let directReplyPrefix = Array("amq.rabbitmq.reply-to.".utf8)

  /// Whether it goes straight to the channel of whoever asked, without a queue
  /// (https://www.rabbitmq.com/docs/direct-reply-to).
  var isDirectReply: Bool { exchange.bytes.isEmpty && routingKey.bytes.starts(with: Self.directReplyPrefix) }
}
