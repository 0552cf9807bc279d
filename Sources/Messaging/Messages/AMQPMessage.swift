/// A message as AMQP carries it: to be published, or kept as it arrived. A class, because it is made once and then passed
/// around a lot.
package final class AMQPMessage: Sendable {
  /// Empty for the default exchange, where the routing key is a queue's name.
  package let exchange: ShortString
  package let routingKey: ShortString
  /// Encoded once, for the outbox and for the broker. Well-formed, except possibly inside its header table.
  package let propertyList: PropertyList
  package let body: [UInt8]

  package convenience init(exchange: ShortString, routingKey: ShortString, properties: MessageProperties, body: [UInt8])
  {
    self.init(exchange: exchange, routingKey: routingKey, propertyList: PropertyList(properties), body: body)
  }

  /// - Parameter propertyList: well-formed.
  package init(exchange: ShortString, routingKey: ShortString, propertyList: PropertyList, body: [UInt8]) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.propertyList = propertyList
    self.body = body
  }

  /// The message goes to the queue that a command names in `reply_to`: nothing else uses the default exchange.
  package var isReply: Bool { exchange.bytes.isEmpty }

  /// Its size for memory limits: the bytes of body and properties.
  package var size: Int { body.count + propertyList.bytes.count }

  /// Decoded on every access.
  package var properties: MessageProperties { (try? propertyList.properties()) ?? MessageProperties() }
}

extension AMQPMessage: Equatable {
  package static func == (lhs: AMQPMessage, rhs: AMQPMessage) -> Bool {
    lhs.exchange == rhs.exchange && lhs.routingKey == rhs.routingKey && lhs.propertyList == rhs.propertyList
      && lhs.body == rhs.body
  }
}
