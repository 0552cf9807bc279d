package import DeliveryPipeline
package import MessageContract

/// A delivery and what it turned out to be: passed from hand to hand, so a class.
package final class ReceivedMessage: Sendable {
  package let delivery: Delivery
  package let content: Result<DecodedCommand, InvalidCommand>

  package init(_ delivery: Delivery, decoder: CommandDecoder) {
    self.delivery = delivery
    content = Result { () throws(InvalidCommand) in
      try decoder.decode(delivery.body, contentType: delivery.properties.contentType)
    }
  }

  /// The message as it was published, byte for byte.
  package var original: OutboundMessage {
    OutboundMessage(
      exchange: delivery.exchange, routingKey: delivery.routingKey, properties: delivery.originalProperties,
      body: delivery.body)
  }

  /// The command; nil where the message is none.
  package var command: DecodedCommand? { try? content.get() }
}

extension Delivery {
  /// Without what a quorum queue adds when it delivers again, so that a message is the same each time.
  ///
  /// Source: https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
  fileprivate var originalProperties: MessageProperties {
    guard isRedelivered, let headers = properties.headers else { return properties }
    var properties = properties
    let own = headers.without("x-delivery-count")
    // Without any header of its own it most likely had no table either; the broker has made one.
    properties.headers = own.entries.isEmpty ? nil : own
    return properties
  }
}
