internal import Messaging

/// Operations for the consumer or publisher. Called on the connection's thread.
extension RabbitMQConnection {
  /// A writable socket has room for a third of its buffer (Linux): more than this.
  private static let bytesPerCheck = 8 << 10
  /// Method, properties and frame headers of a message, roughly.
  private static let overheadBytes = 512

  /// - Parameter queue: where deliveries come from, for errors.
  /// - Precondition: there is no consumer or publisher yet.
  func adopt(_ listener: any ChannelListener, queue: String? = nil) throws {
    precondition(self.listener == nil, "one consumer or publisher per connection")
    _ = try openHandle()
    self.listener = listener
    decoder.queue = queue
  }

  func acknowledge(_ acknowledgements: [Acknowledgement]) throws(RabbitMQError) {
    let handle = try openHandle()
    try failing { () throws(WireSocket.Failure) in
      try guardingUnlessWritable(handle) { () throws(WireSocket.Failure) in
        try handle.acknowledge(acknowledgements, on: Self.mainChannel)
      }
    }
  }

  /// Whether a send can start now, because the socket has room.
  var mayWrite: Bool {
    guard case .open = phase, let handle else { return false }
    return handle.isWritable
  }

  /// Requests ``ChannelEvent/writable``, once.
  func waitForWriting() { waitsForWriting = true }

  /// Requests ``ChannelEvent/deadlinePassed`` at an instant; nil cancels that.
  func setDeadline(_ deadline: ContinuousClock.Instant?) { listenerDeadline = deadline }

  /// Hands messages to the broker, in order, while the socket has room: a broker with an alarm stops reading before its
  /// notification arrives, and a thread stuck in a send can't receive the notification. The watchdog bounds the wait
  /// for a message larger than the available room.
  ///
  /// - Returns: how many of them were handed over, at least one unless the first can't be; and why the next one can't
  ///   be: such an error does not affect the connection.
  /// - Throws: if the connection broke.
  func publish(
    _ messages: ArraySlice<AMQPMessage>, isMandatory: Bool, on channels: PublishChannels
  ) throws(RabbitMQError) -> (count: Int, obstacle: RabbitMQError?) {
    let handle = try openHandle()
    let bytes = messages.reduce(0) { $0 + $1.size }
    let limit = configuration.sendTimeout + .seconds(bytes >> 20)
    var rest = messages
    var obstacle: RabbitMQError?
    try failing { () throws(WireSocket.Failure) in
      try watchdog.guarding(limit) { () throws(WireSocket.Failure) in
        while !rest.isEmpty, obstacle == nil, rest.startIndex == messages.startIndex || handle.isWritable {
          let next = Self.nextForSocket(of: rest)
          let publishable = next.prefix { message in
            obstacle = handle.obstacle(to: message)
            return obstacle == nil
          }
          try handle.publish(publishable, isMandatory: isMandatory, on: channels)
          rest = rest.dropFirst(publishable.count)
        }
      }
    }
    return (messages.count - rest.count, obstacle)
  }

  /// As many messages as the socket certainly has room for, at least one.
  private static func nextForSocket(of messages: ArraySlice<AMQPMessage>) -> ArraySlice<AMQPMessage> {
    var bytes = 0
    return messages.prefix { message in
      defer { bytes += message.size + overheadBytes }
      return bytes < bytesPerCheck
    }
  }
}
