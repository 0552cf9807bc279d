internal import Coordination
internal import Messaging

/// The messages of one call of ``RabbitMQPublisher/publish(_:)``, in transit.
struct PublishBatch {
  let id: UInt64
  let messages: [AMQPMessage]
  let waiter: Waiter<Void>
  /// The index of the next message: those before it were handed to the broker.
  var next = 0
  /// Messages that no queue took.
  var returned: [ReturnedMessage] = []

  init(id: UInt64, messages: [AMQPMessage]) {
    self.id = id
    self.messages = messages
    waiter = Waiter()
  }

  var isPublished: Bool { next == messages.count }

  /// Whether a returned message may be one of this batch that was not returned before. A return carries no number, only
  /// the message's own fields.
  func awaitsReturn(like message: ReturnedMessage) -> Bool {
    let published = messages[..<next].count {
      $0.exchange == message.exchange && $0.routingKey == message.routingKey
        && $0.properties.messageID == message.messageID
    }
    return published > returned.count { $0 == message }
  }
}
