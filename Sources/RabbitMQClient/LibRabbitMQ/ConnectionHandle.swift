internal import CRabbitMQ
internal import DeliveryPipeline
internal import Glibc

/// Owns a connection of librabbitmq, which is not thread-safe: private to the actor whose thread makes every call.
///
/// Once the handshake is done only calls that do not wait for the peer's answer are used. A send may still wait for
/// room in the socket's buffer, without any limit of its own: see ``SocketWatchdog``.
final class ConnectionHandle {
  /// What the whole world uses, and the largest frame that RabbitMQ offers by default.
  static let frameBytes: Int32 = 131_072

  private let state: amqp_connection_state_t
  /// For the arguments of one call.
  private let pool = MemoryPool()
  /// Kept for its memory: empty between calls.
  var frames = PublishFrames()
  /// Everything must go through OpenSSL.
  var isEncrypted = false

  init() throws(RabbitMQError) {
    guard let state = amqp_new_connection() else { throw .connectionLost(reason: "out of memory") }
    self.state = state
  }

  deinit { amqp_destroy_connection(state) }

  var descriptor: Int32 { amqp_get_sockfd(state) }

  /// Data is in memory already, so waiting for the socket would be waiting for what has come.
  var hasBufferedInput: Bool { amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0 }

  /// Seconds, as both sides agreed on: the smaller wish. 0: none.
  var heartbeat: Int { Int(amqp_get_heartbeat(state)) }

  /// The largest frame that both sides agreed on.
  var maximumFrameBytes: Int { Int(amqp_get_frame_max(state)) }

  /// The next frame that is there, without waiting for one.
  func read(_ frame: inout amqp_frame_t) -> LibraryStatus {
    var now = timeval()
    return LibraryStatus(amqp_simple_wait_frame_noblock(state, &frame, &now))
  }

  /// Ends the life of what was read from a channel, unless frames of it are still queued.
  func releaseBuffers(of channel: UInt16) { amqp_maybe_release_buffers_on_channel(state, channel) }

  func send(_ request: MethodRequest, on channel: UInt16) -> LibraryStatus {
    defer { pool.recycle() }
    return request.send(on: state, channel: channel, pool: pool)
  }

  func acknowledge(_ number: UInt64, isMultiple: Bool, on channel: UInt16) -> LibraryStatus {
    LibraryStatus(amqp_basic_ack(state, channel, number, isMultiple ? 1 : 0))
  }

  func sendHeartbeat() -> LibraryStatus {
    var frame = amqp_frame_t()
    frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
    return LibraryStatus(amqp_send_frame(state, &frame))
  }

  /// Room for some data is in the socket's buffer, so that a small send does not wait.
  var isWritable: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  /// TCP_USER_TIMEOUT (tcp(7)); zero turns it off.
  func setUnacknowledgedDataTimeout(_ timeout: Duration) {
    var milliseconds = UInt32(clamping: timeout.milliseconds)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
  }

  func withState<Result, Failure>(
    _ body: (amqp_connection_state_t, MemoryPool) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { pool.recycle() }
    return try body(state, pool)
  }
}

extension Duration {
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

  var timeval: timeval {
    Glibc.timeval(tv_sec: Int(components.seconds), tv_usec: Int(components.attoseconds / 1_000_000_000_000))
  }
}
