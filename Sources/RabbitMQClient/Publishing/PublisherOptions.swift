package import Messaging

/// How a ``RabbitMQPublisher`` publishes.
package struct PublisherOptions: Sendable, Equatable {
  /// The window: messages published but not confirmed. Default: 4096.
  package var maximumUnconfirmed = 4096
  /// The same in bytes of bodies and properties; a larger message is sent alone. Default: 16 MiB.
  package var maximumUnconfirmedBytes = 16 << 20
  /// The longest time without a confirm, or room to send, while messages wait for it. Time during which the broker has
  /// blocked the connection doesn't count. Default: 30 seconds.
  package var progressTimeout: Duration = .seconds(30)
  /// How long messages may wait while the broker has blocked the connection, because it is low on memory or disk:
  /// https://www.rabbitmq.com/docs/alarms. Default: without limit.
  package var blockedTimeout: Duration?
  /// Whether a message that no queue takes is an error, `unroutable`. Default: false.
  package var isMandatory = false
  /// Whether a message that is refused or can't be published ends the publisher, as nothing may overtake it. False: it
  /// fails alone, and those behind it continue. Default: true.
  package var keepsOrder = true
  /// Exchanges whose messages go over a channel of their own: three at most; excess ones share the first channel. Order
  /// is kept for each exchange, not between them. Default: all share one channel, in order.
  package var exchangesOfOwnChannel: [ShortString] = []

  package init() {}
}
