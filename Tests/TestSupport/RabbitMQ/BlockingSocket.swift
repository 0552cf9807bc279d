import Glibc

/// A TCP socket for tests, with calls that block, for at most two minutes each: then they fail with EAGAIN. For a peer
/// that takes its time see ``onOwnThread(_:)``.
package final class BlockingSocket: Sendable {
  private static let limit = timeval(tv_sec: 120, tv_usec: 0)

  package struct Failed: Error, Equatable {
    package let call: String
    /// 0 if the peer has ended the connection.
    package let code: Int32

    package init(call: String, code: Int32) {
      self.call = call
      self.code = code
    }
  }

  package let descriptor: Int32

  package init(adopting descriptor: Int32) {
    self.descriptor = descriptor
    var limit = Self.limit
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  deinit { close(descriptor) }

  /// Listens on an address of the loopback interface.
  ///
  /// - Parameters:
  ///   - port: 0 for any free one.
  ///   - backlog: how many connections may wait to be accepted, and one more.
  package static func listening(
    on host: String = "127.0.0.1", port: Int = 0, backlog: Int32 = 16
  ) throws -> (socket: BlockingSocket, port: Int) {
    let socket = BlockingSocket(adopting: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = address(host, port)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        try check("bind", bind(socket.descriptor, address, length))
        try check("listen", listen(socket.descriptor, backlog))
        try check("getsockname", getsockname(socket.descriptor, address, &length))
      }
    }
    return (socket, Int(UInt16(bigEndian: address.sin_port)))
  }

  package static func connected(toPort port: Int) throws -> BlockingSocket {
    let socket = BlockingSocket(adopting: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    try check("connect", connect(socket, "127.0.0.1", port))
    return socket
  }

  /// Starts connecting, without waiting for completion.
  package static func connecting(to host: String, port: Int) throws -> BlockingSocket {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let socket = BlockingSocket(adopting: Glibc.socket(AF_INET, type, 0))
    if connect(socket, host, port) < 0, errno != EINPROGRESS { throw Failed(call: "connect", code: errno) }
    return socket
  }

  private static func connect(_ socket: BlockingSocket, _ host: String, _ port: Int) -> Int32 {
    var address = address(host, port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  package func accepted() throws -> BlockingSocket {
    let descriptor = accept(descriptor, nil, nil)
    try Self.check("accept", descriptor)
    return BlockingSocket(adopting: descriptor)
  }

  /// Makes the peer feel a slow reader early. To be set before connections are accepted.
  package func setReceiveBuffer(_ bytes: Int32) {
    var bytes = bytes
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Makes peers send in segments of at most this many bytes, as on a real network: their kernels buffer less then than
  /// on the loopback interface. To be set before connections are accepted.
  package func setSegmentSize(_ bytes: Int32) {
    var bytes = bytes
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_MAXSEG, &bytes, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Sent, and not yet acknowledged by the peer's kernel (tcp(7), SIOCOUTQ).
  package var unacknowledgedBytes: Int { bytes(UInt(TIOCOUTQ)) }
  /// Arrived, and not yet read (tcp(7), SIOCINQ).
  package var unreadBytes: Int { bytes(UInt(FIONREAD)) }

  private func bytes(_ question: UInt) -> Int {
    var count: Int32 = 0
    _ = ioctl(descriptor, question, &count)
    return Int(count)
  }

  /// Ends all calls on it, from any thread.
  package func cut() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Drops the connection, and notifies the peer once, by an RST (connect(2), AF_UNSPEC).
  package func reset() {
    var nowhere = sockaddr()
    nowhere.sa_family = sa_family_t(AF_UNSPEC)
    Glibc.connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
  }

  package func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      try Self.check("send", Int32(clamping: count))
      rest = rest.dropFirst(count)
    }
  }

  package func read(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var chunk = [UInt8](repeating: 0, count: count - bytes.count)
      let received = recv(descriptor, &chunk, chunk.count, 0)
      guard received > 0 else { throw Failed(call: "recv", code: received == 0 ? 0 : errno) }
      bytes += chunk.prefix(received)
    }
    return bytes
  }

  /// Provides the address of a port on the loopback interface.
  static func withLoopback<Answer>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Answer) -> Answer {
    var address = address("127.0.0.1", port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }

  private static func address(_ host: String, _ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return address
  }

  private static func check(_ call: String, _ result: Int32) throws {
    guard result >= 0 else { throw Failed(call: call, code: errno) }
  }
}
