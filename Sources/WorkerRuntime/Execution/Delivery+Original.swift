package import Messaging

extension Delivery {
  /// The message as it was published, without the broker's delivery count; otherwise byte for byte as delivered.
  package var original: AMQPMessage {
    AMQPMessage(exchange: exchange, routingKey: routingKey, properties: originalProperties, body: body)
  }

  /// The properties without the headers that a quorum queue adds on redelivery. Other changes by the queue stay as
  /// delivered (``MessageFingerprint`` ignores such differences).
  private var originalProperties: MessageProperties {
    guard isRedelivered, let headers = properties.headers else { return properties }
    var properties = properties
    let own = HeaderTable.countedByBroker.reduce(headers) { $0.without($1) }
    // A message without any header of its own most likely had no table either: the broker added it.
    properties.headers = own.entries.isEmpty ? nil : own
    return properties
  }
}
