package import Messaging

/// What complete frames of the broker mean.
package enum InboundEvent: Sendable {
  /// A message for the consumer.
  case delivered(Delivery)
  /// A mandatory message that no queue took.
  case returned(ReturnedMessage)
  /// The broker took (`isPositive`) or refused a message, or all messages up to it.
  case settled(channel: UInt16, number: UInt64, isMultiple: Bool, isPositive: Bool)
  case consumerCancelled
  case replied(method: UInt32, channel: UInt16, MethodReply)
  case channelClosed(channel: UInt16, code: ReplyCode, text: String)
  case connectionClosed(code: ReplyCode, text: String)
  case blocked(reason: String)
  case unblocked
}
