internal import COpenSSL
internal import CRabbitMQ
internal import Glibc

/// The socket of a connection after the handshake: bytes in and out, encrypted if agreed on. librabbitmq, which owns
/// the socket, no longer reads or writes it, and closes it.
struct WireSocket {
  /// Why nothing more can be read or written.
  struct Failure: Error {
    let reason: String
  }

  let descriptor: Int32
  /// OpenSSL's session; nil if not encrypted. It lives as long as librabbitmq's connection.
  private let ssl: OpaquePointer?

  init(descriptor: Int32, ssl: OpaquePointer?) {
    self.descriptor = descriptor
    self.ssl = ssl
    guard let ssl else { return }
    copenssl_set_mode(
      ssl, Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER) | Int(SSL_MODE_AUTO_RETRY))
  }

  /// With encryption, more may be in memory even if a read has not filled its buffer.
  var isEncrypted: Bool { ssl != nil }

  /// Reads what is available, without waiting.
  ///
  /// - Returns: how many bytes; 0 if there are none now.
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    while true {
      let count = ssl.map { decrypt($0, into: buffer) } ?? recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return count }
      switch outcome(of: count) {
      case .again: return 0
      case .interrupted: continue
      case .ended(let reason): throw Failure(reason: reason)
      }
    }
  }

  /// Sends everything. Waits for room in the socket's buffer without a limit of its own.
  func send(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let next = UnsafeRawBufferPointer(rebasing: rest)
      let count =
        ssl.map { encrypt($0, next) } ?? Glibc.send(descriptor, next.baseAddress, next.count, Int32(MSG_NOSIGNAL))
      if count > 0 {
        rest = rest.dropFirst(count)
        continue
      }
      switch outcome(of: count) {
      case .again(let events): wait(for: events)
      case .interrupted: continue
      case .ended(let reason): throw Failure(reason: reason)
      }
    }
  }

  /// Whether the socket's buffer has room for some data, so that a small send does not block.
  var isWritable: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  /// TCP_USER_TIMEOUT (tcp(7)); zero turns it off.
  func setUnacknowledgedDataTimeout(_ timeout: Duration) {
    var milliseconds = UInt32(clamping: timeout.milliseconds)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
  }

  private func wait(for events: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    _ = poll(&request, 1, -1)
  }

  private enum Outcome {
    /// Try again after these poll() events.
    case again(Int32)
    case interrupted
    case ended(String)
  }

  /// - Parameter count: the result of a call that transferred nothing.
  private func outcome(of count: Int) -> Outcome {
    guard let ssl else {
      if count == 0 { return .ended("the broker ended it") }
      return errno == EAGAIN || errno == EWOULDBLOCK
        ? .again(POLLOUT) : errno == EINTR ? .interrupted : .ended(systemError)
    }
    switch SSL_get_error(ssl, Int32(clamping: count)) {
    case SSL_ERROR_WANT_READ: return .again(POLLIN)
    case SSL_ERROR_WANT_WRITE: return .again(POLLOUT)
    case SSL_ERROR_ZERO_RETURN: return .ended("the broker ended it")
    case SSL_ERROR_SYSCALL:
      return errno == EINTR ? .interrupted : .ended(errno == 0 ? "the broker ended it" : systemError)
    default: return .ended(TLSSession.lastError)
    }
  }

  private var systemError: String { String(cString: strerror(errno)) }

  private func decrypt(_ ssl: OpaquePointer, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    ERR_clear_error()
    errno = 0
    return Int(SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count)))
  }

  private func encrypt(_ ssl: OpaquePointer, _ bytes: UnsafeRawBufferPointer) -> Int {
    ERR_clear_error()
    errno = 0
    return Int(SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count)))
  }
}

extension Duration {
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

  var timeval: timeval {
    Glibc.timeval(tv_sec: Int(components.seconds), tv_usec: Int(components.attoseconds / 1_000_000_000_000))
  }
}
