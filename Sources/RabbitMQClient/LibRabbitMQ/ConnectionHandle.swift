internal import CRabbitMQ
internal import Glibc
internal import Messaging

/// Owns a connection of librabbitmq, which is not thread-safe: private to the actor whose thread makes every call.
///
/// librabbitmq connects and logs in. After that this class reads and writes the socket itself: librabbitmq can't read
/// every frame that RabbitMQ sends (see ``FrameReader``). A send may wait for room in the socket's buffer, without a
/// limit of its own: see ``SocketWatchdog``.
final class ConnectionHandle {
  /// The usual value, and the largest frame that RabbitMQ offers by default.
  static let frameBytes: Int32 = 131_072
  /// The most that is read at once.
  private static let receiveBytes = 128 << 10

  private let state: amqp_connection_state_t
  /// For the arguments of one call.
  private let pool = MemoryPool()
  private let receiveBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: receiveBytes, alignment: 16)
  /// Empty between calls; kept to reuse its memory.
  private var frames = OutboundFrames()
  /// Set when a TLS handshake starts; nil without TLS.
  var tls: TLSSession?
  private var socket = WireSocket(descriptor: -1, ssl: nil)
  private var heartbeats = Heartbeats(seconds: 0, now: .now)

  init() throws(RabbitMQError) {
    guard let state = amqp_new_connection() else { throw .connectionLost(reason: "out of memory") }
    self.state = state
  }

  deinit {
    amqp_destroy_connection(state)
    receiveBuffer.deallocate()
  }

  var descriptor: Int32 { socket.descriptor }

  /// The largest frame that both sides agreed on.
  var maximumFrameBytes: Int { Int(amqp_get_frame_max(state)) }

  /// Takes over the socket once librabbitmq has logged in.
  func takeOver() {
    tls?.finish()
    socket = WireSocket(descriptor: amqp_get_sockfd(state), ssl: tls?.session)
    heartbeats = Heartbeats(seconds: Int(amqp_get_heartbeat(state)), now: .now)
  }

  /// When a heartbeat is to be sent; nil: never.
  var heartbeatDue: ContinuousClock.Instant? { heartbeats.due }
  /// When the peer counts as gone, if nothing can be read from it by then; nil: never.
  var silenceEnd: ContinuousClock.Instant? { heartbeats.end }

  /// Reads what is available, without waiting; the buffer is valid until the next call, and empty if there is nothing
  /// now.
  func receive() throws(WireSocket.Failure) -> UnsafeRawBufferPointer {
    let count = try socket.receive(into: receiveBuffer)
    if count > 0 { heartbeats.received(at: .now) }
    return UnsafeRawBufferPointer(rebasing: receiveBuffer[..<count])
  }

  /// Whether there may be more after a read of this size: with encryption, some may already be in memory.
  func mayHaveMore(after count: Int) -> Bool { count == Self.receiveBytes || count > 0 && socket.isEncrypted }

  func send(_ request: MethodRequest, on channel: UInt16) throws(WireSocket.Failure) {
    defer { pool.recycle() }
    guard let method = request.encoded(pool: pool, limit: maximumFrameBytes) else {
      throw WireSocket.Failure(reason: "\(request.name) does not fit a frame of \(maximumFrameBytes) bytes")
    }
    try sendFrames { $0.append(method: method, channel: channel) }
  }

  func acknowledge(_ acknowledgements: [Acknowledgement], on channel: UInt16) throws(WireSocket.Failure) {
    try sendFrames { frames in
      for acknowledgement in acknowledgements {
        frames.append(
          acknowledgementOf: acknowledgement.tag.number, isMultiple: acknowledgement.isMultiple, channel: channel)
      }
    }
  }

  func sendHeartbeat() throws(WireSocket.Failure) { try sendFrames { $0.appendHeartbeat() } }

  /// Publishes messages that have no obstacle. Direct replies are never mandatory: no queue takes them, so RabbitMQ
  /// returns them as unroutable although it delivers them.
  ///
  /// Waits for room in the socket's buffer without a limit of its own.
  func publish(
    _ messages: ArraySlice<AMQPMessage>, isMandatory: Bool, on channels: PublishChannels
  ) throws(WireSocket.Failure) {
    let limit = maximumFrameBytes
    try sendFrames { frames in
      for message in messages {
        let isDirectReply = message.exchange.bytes.isEmpty && message.routingKey.isDirectReplyAddress
        frames.append(
          message, isMandatory: isMandatory && !isDirectReply, channel: channels.channel(of: message),
          maximumFrameBytes: limit)
      }
    }
  }

  /// Why a message can't be published: to be checked before sending, since a channel on which a message stops half-way
  /// is lost. Nil: it can.
  func obstacle(to message: AMQPMessage) -> RabbitMQError? {
    // Frame header, class, weight, body size and the frame's end.
    guard message.propertyList.bytes.count + 7 + 2 + 2 + 8 + 1 <= maximumFrameBytes else {
      return .unpublishable(reason: "its properties exceed a frame of \(maximumFrameBytes) bytes")
    }
    guard let properties = try? message.propertyList.properties(), properties.headers?.isWellFormed != false else {
      return .unpublishable(reason: "its properties are malformed")
    }
    return nil
  }

  /// Whether the socket's buffer has room for some data, so that a small send does not block.
  var isWritable: Bool { socket.isWritable }

  /// TCP_USER_TIMEOUT (tcp(7)); zero turns it off.
  func setUnacknowledgedDataTimeout(_ timeout: Duration) { socket.setUnacknowledgedDataTimeout(timeout) }

  private func sendFrames(_ append: (inout OutboundFrames) -> Void) throws(WireSocket.Failure) {
    append(&frames)
    defer { frames.removeAll() }
    try frames.bytes.withUnsafeBufferPointer { bytes throws(WireSocket.Failure) in
      try socket.send(UnsafeRawBufferPointer(bytes))
    }
    heartbeats.sent(at: .now)
  }

  func withState<Result, Failure>(
    _ body: (amqp_connection_state_t, MemoryPool) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { pool.recycle() }
    return try body(state, pool)
  }
}
