internal import DeliveryPipeline
internal import ThreadExecutor

/// The messages of one call of ``RabbitMQPublisher/publish(_:)`` on their way.
struct PublishBatch {
  let id: UInt64
  let messages: [OutboundMessage]
  let waiter: Waiter<Void>
  /// Those before it were handed to the broker.
  var next = 0
  /// Those that no queue took.
  var returned: [ReturnedMessage] = []

  init(id: UInt64, messages: [OutboundMessage]) {
    self.id = id
    self.messages = messages
    waiter = Waiter()
  }

  var isPublished: Bool { next == messages.count }

  /// Whether a returned message may be one of these. A return carries no number, only what the message said.
  func contains(_ message: ReturnedMessage) -> Bool {
    messages[..<next].contains {
      $0.exchange.text == message.exchange && $0.routingKey.text == message.routingKey
        && $0.properties.messageID?.text == message.messageID
    }
  }
}
