/// A delivery's number on its channel, with the generation of that channel: an acknowledgement for a channel that is
/// gone must never reach the channel that replaced it.
package struct DeliveryTag: Sendable, Hashable, Comparable {
  package let generation: UInt64
  package let number: UInt64

  package init(generation: UInt64, number: UInt64) {
    self.generation = generation
    self.number = number
  }

  package static func < (lhs: Self, rhs: Self) -> Bool {
    (lhs.generation, lhs.number) < (rhs.generation, rhs.number)
  }
}

/// A message as the broker delivered it, not yet acknowledged. A class, because it is passed around a lot.
package final class Delivery: Sendable {
  package let tag: DeliveryTag
  /// The message was delivered before, to this or another consumer, without being acknowledged.
  package let isRedelivered: Bool
  package let exchange: ShortString
  package let routingKey: ShortString
  package let properties: MessageProperties
  package let body: [UInt8]
  /// Which element of a batch message this is; nil unless it is one. All elements have the message's tag and
  /// properties.
  package let element: BatchElement?
  /// When the message was read from the connection.
  package let receivedAt: ContinuousClock.Instant

  package init(
    tag: DeliveryTag, isRedelivered: Bool, exchange: ShortString, routingKey: ShortString,
    properties: MessageProperties, body: [UInt8], element: BatchElement? = nil,
    receivedAt: ContinuousClock.Instant = .now
  ) {
    self.tag = tag
    self.isRedelivered = isRedelivered
    self.exchange = exchange
    self.routingKey = routingKey
    self.properties = properties
    self.body = body
    self.element = element
    self.receivedAt = receivedAt
  }

  /// The elements of this batch message, with the given bodies, as deliveries of their own.
  package func elements(_ bodies: [[UInt8]]) -> [Delivery] {
    let reply = BatchReply(count: bodies.count)
    return bodies.enumerated().map { place, body in
      Delivery(
        tag: tag, isRedelivered: isRedelivered, exchange: exchange, routingKey: routingKey, properties: properties,
        body: body, element: BatchElement(of: reply, place: place), receivedAt: receivedAt)
    }
  }

  /// Its size for memory limits: the bytes of body and properties.
  package var size: Int { body.count + properties.size }
}
