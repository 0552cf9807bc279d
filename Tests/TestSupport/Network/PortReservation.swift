import Glibc

/// A loopback port that nobody else gets while this holds it, whether or not somebody listens on it.
struct PortReservation {
  let socket: ProxySocket
  let port: Int

  /// - Throws: ``BlockingSocket/Failed``.
  init() throws {
    socket = try Self.bound(toPort: 0)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { [socket] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket.descriptor, $0, &length) }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  /// Another socket on the port, which listens.
  func listen() throws -> ProxySocket {
    let listener = try Self.bound(toPort: port)
    guard Glibc.listen(listener.descriptor, 128) == 0 else {
      defer { listener.close() }
      throw BlockingSocket.Failed(call: "listen", code: errno)
    }
    return listener
  }

  private static func bound(toPort port: Int) throws -> ProxySocket {
    let socket = try ProxySocket.make()
    // Two sockets of one port, of which one listens.
    socket.setOption(Int(SOL_SOCKET), SO_REUSEADDR, 1)
    socket.setOption(Int(SOL_SOCKET), SO_REUSEPORT, 1)
    guard BlockingSocket.withLoopback(port: port, { bind(socket.descriptor, $0, $1) }) == 0 else {
      defer { socket.close() }
      throw BlockingSocket.Failed(call: "bind", code: errno)
    }
    return socket
  }
}
