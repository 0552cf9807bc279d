package import Messaging

extension Delivery {
  /// The message as it was published, without what the broker has counted in; else byte for byte as it was delivered.
  package var original: OutboundMessage {
    OutboundMessage(exchange: exchange, routingKey: routingKey, properties: originalProperties, body: body)
  }

  /// What was delivered some time ago, and acknowledged then.
  convenience init(_ message: OutboundMessage) {
    self.init(
      tag: DeliveryTag(generation: 0, number: 0), isRedelivered: false, exchange: message.exchange,
      routingKey: message.routingKey, properties: message.properties, body: message.body)
  }

  /// Without what a quorum queue adds when it delivers again. What else it has written anew is as it came
  /// (``MessageFingerprint`` sees through that).
  private var originalProperties: MessageProperties {
    guard isRedelivered, let headers = properties.headers else { return properties }
    var properties = properties
    let own = HeaderTable.countedByBroker.reduce(headers) { $0.without($1) }
    // Without any header of its own it most likely had no table either; the broker has made one.
    properties.headers = own.entries.isEmpty ? nil : own
    return properties
  }
}
