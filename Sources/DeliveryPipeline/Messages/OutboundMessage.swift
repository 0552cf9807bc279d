/// A complete message on its way out: where to, with which properties and which bytes.
package struct OutboundMessage: Sendable, Equatable {
  /// Empty for the default exchange, where the routing key is a queue's name.
  package let exchange: ShortString
  package let routingKey: ShortString
  package let properties: MessageProperties
  package let body: [UInt8]

  package init(exchange: ShortString, routingKey: ShortString, properties: MessageProperties, body: [UInt8]) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.properties = properties
    self.body = body
  }
}
