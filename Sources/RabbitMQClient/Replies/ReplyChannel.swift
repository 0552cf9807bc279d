internal import Messaging

/// The channel of a ``ReplyPublisher`` on one of its connections. It runs on the connection's thread.
actor ReplyChannel: ChannelListener {
  /// How many replies are sent before reading from the broker again.
  private static let chunkCount = 256
  private static let chunkBytes = 256 << 10

  private let connection: RabbitMQConnection
  private let replies: ReplyPublisher
  private let channels = PublishChannels(ownChannelsFor: [])
  /// Whether confirm mode is on; earlier messages would never be confirmed.
  private var isConfirming = false

  nonisolated var unownedExecutor: UnownedSerialExecutor { connection.unownedExecutor }

  private init(_ connection: RabbitMQConnection, _ replies: ReplyPublisher) {
    self.connection = connection
    self.replies = replies
  }

  /// Opens the channel, in confirm mode, on a connection that nothing else consumes or publishes on.
  ///
  /// - Throws: ``RabbitMQError``, `CancellationError`.
  static func start(on connection: RabbitMQConnection, for replies: ReplyPublisher) async throws -> ReplyChannel {
    let channel = ReplyChannel(connection, replies)
    try await connection.adopt(channel)
    _ = try await connection.call(.openChannel)
    _ = try await connection.call(.selectConfirms)
    await channel.begin()
    return channel
  }

  private func begin() { isConfirming = true }

  func handle(_ events: [ChannelEvent]) {
    for event in events {
      switch event {
      case .inbound(.settled(_, let number, let isMultiple, let isPositive)):
        replies.confirmed(number, isMultiple: isMultiple, isPositive: isPositive)
      case .inbound(.returned(let message)): replies.returned(message)
      case .inbound(.blocked): replies.block(true)
      case .inbound(.unblocked): replies.block(false)
      case .deadlinePassed: replies.expire()
      // The publisher learns of the failure from the connection.
      case .failed: return
      case .inbound, .writable: break
      }
    }
    pump()
  }

  /// Sends the replies that may be sent now, and sets the deadline for the others.
  func pump() {
    guard isConfirming else { return }
    if !connection.isBlocked { publish() }
    let (deadline, isDone) = (replies.deadline, replies.wantsNewChannel)
    connection.assumeIsolated { connection in
      connection.setDeadline(deadline)
      if isDone { connection.close(because: .closed) }
    }
  }

  private func publish() {
    let next = replies.next(count: Self.chunkCount, bytes: Self.chunkBytes)
    guard !next.isEmpty else { return }
    guard connection.assumeIsolated({ $0.mayWrite }) else {
      return connection.assumeIsolated { $0.waitForWriting() }
    }
    let messages = next.map(\.message)[...]
    // The error has ended the connection, which ends every wait on it.
    guard
      let result = try? connection.assumeIsolated({ [channels] in
        try $0.publish(messages, isMandatory: true, on: channels)
      })
    else { return }
    replies.sent(next.prefix(result.count).map(\.id))
    if result.obstacle != nil, result.count < next.count { replies.giveUp(next[result.count].id) }
    // Reads from the broker before the next chunk, if there is one.
    connection.assumeIsolated { $0.waitForWriting() }
  }
}
