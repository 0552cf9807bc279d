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
      exchange: delivery.exchange, routingKey: delivery.routingKey, properties: delivery.properties, body: delivery.body)
  }

  /// The command; nil where the message is none.
  package var command: DecodedCommand? { try? content.get() }
}
