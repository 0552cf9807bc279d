internal import CRabbitMQ
internal import Messaging

/// A method that is followed by a message.
enum ContentMethod {
  case deliver(number: UInt64, isRedelivered: Bool, exchange: ShortString, routingKey: ShortString)
  case giveBack(code: ReplyCode, text: String, exchange: ShortString, routingKey: ShortString)

  /// - Returns: nil for a method without content, whose arguments are then still unread.
  init?(_ reader: inout MethodReader) throws(RabbitMQError) {
    switch reader.method {
    case AMQP_BASIC_DELIVER_METHOD:
      _ = try reader.readString()  // The consumer's tag: there is one consumer.
      self = .deliver(
        number: try reader.read(UInt64.self), isRedelivered: try reader.readBit(), exchange: try reader.readString(),
        routingKey: try reader.readString())
    case AMQP_BASIC_RETURN_METHOD:
      self = .giveBack(
        code: ReplyCode(rawValue: try reader.read(UInt16.self)), text: try reader.readText(),
        exchange: try reader.readString(), routingKey: try reader.readString())
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
          code: code, text: text, exchange: exchange, routingKey: routingKey, messageID: properties.messageID))
    }
  }
}

extension ContentMethod: CustomStringConvertible {
  /// Identifies the message, to help find it.
  var description: String {
    switch self {
    case .deliver(let number, _, let exchange, let routingKey):
      "delivery \(number) of exchange '\(exchange.readable)' with routing key '\(routingKey.readable)'"
    case .giveBack(_, _, let exchange, let routingKey):
      "a returned message to exchange '\(exchange.readable)' with routing key '\(routingKey.readable)'"
    }
  }
}
