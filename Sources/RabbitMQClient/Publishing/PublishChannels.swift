internal import Messaging

/// Which channel a publisher's message takes: some exchanges have one of their own, all others share the first.
///
/// A channel can confirm consecutive messages to one queue together. It confirms messages that alternate between two
/// queues one by one, whenever one queue is ahead of the other; and while one of them is slow, it accepts nothing for
/// the other.
struct PublishChannels: Sendable {
  private let exchanges: [ShortString]

  /// - Parameter exchanges: those that have a channel of their own; excess ones share the first.
  init(ownChannelsFor exchanges: [ShortString]) {
    self.exchanges = Array(exchanges.prefix(RabbitMQConnection.listenerChannels.count - 1))
  }

  var all: ClosedRange<UInt16> {
    RabbitMQConnection.mainChannel...RabbitMQConnection.mainChannel + UInt16(exchanges.count)
  }

  func channel(of message: AMQPMessage) -> UInt16 {
    guard let place = exchanges.firstIndex(of: message.exchange) else { return RabbitMQConnection.mainChannel }
    return RabbitMQConnection.mainChannel + 1 + UInt16(place)
  }
}
