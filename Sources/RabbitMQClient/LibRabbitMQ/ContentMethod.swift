internal import CRabbitMQ
internal import DeliveryPipeline

/// A method that a message follows.
enum ContentMethod {
  case deliver(number: UInt64, isRedelivered: Bool, exchange: ShortString, routingKey: ShortString)
  case giveBack(code: ReplyCode, text: String, exchange: String, routingKey: String)

  /// - Returns: nil for a method without content.
  init?(_ method: amqp_method_t) {
    switch method.id {
    case AMQP_BASIC_DELIVER_METHOD:
      let deliver = method.decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self).pointee
      self = .deliver(
        number: deliver.delivery_tag, isRedelivered: deliver.redelivered != 0, exchange: deliver.exchange.shortString,
        routingKey: deliver.routing_key.shortString)
    case AMQP_BASIC_RETURN_METHOD:
      let giveBack = method.decoded.assumingMemoryBound(to: amqp_basic_return_t.self).pointee
      self = .giveBack(
        code: ReplyCode(rawValue: giveBack.reply_code), text: giveBack.reply_text.text,
        exchange: giveBack.exchange.text, routingKey: giveBack.routing_key.text)
    default: return nil
    }
  }

  func event(generation: UInt64, properties: MessageProperties, body: [UInt8]) -> InboundEvent {
    switch self {
    case .deliver(let number, let isRedelivered, let exchange, let routingKey):
      .delivered(
        Delivery(
          tag: DeliveryTag(generation: generation, number: number), isRedelivered: isRedelivered, exchange: exchange,
          routingKey: routingKey, properties: properties, body: body))
    case .giveBack(let code, let text, let exchange, let routingKey):
      .returned(
        ReturnedMessage(
          code: code, text: text, exchange: exchange, routingKey: routingKey, messageID: properties.messageID?.text))
    }
  }
}
