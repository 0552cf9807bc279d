internal import CRabbitMQ

/// channel.close or connection.close from the broker.
struct ClosingMethod {
  let code: ReplyCode
  let text: String

  init(_ reader: inout MethodReader) throws(RabbitMQError) {
    code = ReplyCode(rawValue: try reader.read(UInt16.self))
    text = try reader.readText()
  }

  /// - Returns: nil for every other method.
  init?(_ method: amqp_method_t) {
    guard let decoded = method.decoded else { return nil }
    switch method.id {
    case AMQP_CONNECTION_CLOSE_METHOD:
      let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
      (code, text) = (ReplyCode(rawValue: close.reply_code), close.reply_text.text)
    case AMQP_CHANNEL_CLOSE_METHOD:
      let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
      (code, text) = (ReplyCode(rawValue: close.reply_code), close.reply_text.text)
    default: return nil
    }
  }
}
