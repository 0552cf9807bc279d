/// What a connection tells the consumer or publisher that uses its channels.
enum ChannelEvent: Sendable {
  /// Something for its channels arrived.
  case inbound(InboundEvent)
  /// The socket has room again, after ``RabbitMQConnection/waitForWriting()``.
  case writable
  /// The time set by ``RabbitMQConnection/setDeadline(_:)`` has come.
  case deadlinePassed
  /// The connection is gone. No event follows.
  case failed(RabbitMQError)
}

/// The user of a connection's channels. It runs on the connection's thread, as an actor with the same executor, so
/// that neither side waits for the other.
protocol ChannelListener: Actor {
  func handle(_ events: [ChannelEvent])
}
