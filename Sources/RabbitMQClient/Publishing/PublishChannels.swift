internal import Messaging

/// Which channel a publisher's message takes: some exchanges have one of their own, all others share the first.
///
/// A channel confirms in one go what goes to one queue in a row. What goes to two queues in turn it confirms message by
/// message, whenever one queue is ahead of the other, and while one of them is slow it takes nothing for the other.
struct PublishChannels: Sendable {
  private let exchanges: [ShortString]

  /// - Parameter exchanges: those that have a channel of their own; what is too many shares the first one.
  init(ownChannelsFor exchanges: [ShortString]) {
    self.exchanges = Array(exchanges.prefix(RabbitMQConnection.listenerChannels.count - 1))
  }

  var all: ClosedRange<UInt16> { RabbitMQConnection.mainChannel...RabbitMQConnection.mainChannel + UInt16(exchanges.count) }

  func channel(of message: OutboundMessage) -> UInt16 {
    guard let place = exchanges.firstIndex(of: message.exchange) else { return RabbitMQConnection.mainChannel }
    return RabbitMQConnection.mainChannel + 1 + UInt16(place)
  }
}
