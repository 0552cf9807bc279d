package import DeliveryPipeline

extension Delivery {
  /// The message as it was published, byte for byte.
  package var original: OutboundMessage {
    OutboundMessage(exchange: exchange, routingKey: routingKey, properties: originalProperties, body: body)
  }

  /// What was delivered some time ago, and acknowledged then.
  convenience init(_ message: OutboundMessage) {
    self.init(
      tag: DeliveryTag(generation: 0, number: 0), isRedelivered: false, exchange: message.exchange,
      routingKey: message.routingKey, properties: message.properties, body: message.body)
  }

  /// Without what a quorum queue adds when it delivers again, so that a message is the same each time.
  ///
  /// Source: https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
  private var originalProperties: MessageProperties {
    guard isRedelivered, let headers = properties.headers else { return properties }
    var properties = properties
    let own = headers.without("x-delivery-count").without("x-acquired-count")
    // Without any header of its own it most likely had no table either; the broker has made one.
    properties.headers = own.entries.isEmpty ? nil : own
    return properties
  }
}
