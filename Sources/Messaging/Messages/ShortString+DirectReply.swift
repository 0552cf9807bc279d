extension ShortString {
  /// What the addresses for direct replies begin with (https://www.rabbitmq.com/docs/direct-reply-to).
  package static let directReplyPrefix = Array("amq.rabbitmq.reply-to.".utf8)

  /// Whether it is an address for direct replies, which go straight to the requester's channel, without a queue.
  package var isDirectReplyAddress: Bool { bytes.starts(with: Self.directReplyPrefix) }
}
