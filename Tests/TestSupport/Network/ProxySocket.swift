import Glibc

/// A TCP socket of a ``FaultProxy``, whose calls never block.
struct ProxySocket {
  let descriptor: Int32

  /// - Throws: ``BlockingSocket/Failed``.
  static func make() throws -> ProxySocket {
    let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    let descriptor = socket(AF_INET, Int32(kind), 0)
    guard descriptor >= 0 else { throw BlockingSocket.Failed(call: "socket", code: errno) }
    return ProxySocket(descriptor: descriptor)
  }

  /// Starts connecting. The first read or write reports a failure.
  static func connecting(toPort port: Int) throws -> ProxySocket {
    let socket = try make()
    socket.setOption(IPPROTO_TCP, TCP_NODELAY, 1)
    let result = BlockingSocket.withLoopback(port: port) { connect(socket.descriptor, $0, $1) }
    guard result == 0 || errno == EINPROGRESS else {
      defer { socket.close() }
      throw BlockingSocket.Failed(call: "connect", code: errno)
    }
    return socket
  }

  /// Whether the last call on a socket failed only because it would have blocked.
  static var wouldBlock: Bool { [EAGAIN, EINTR].contains(errno) }

  /// - Returns: nil if there is no client, or it is already gone.
  func accepted() -> ProxySocket? {
    let accepted = accept(descriptor, nil, nil)
    guard accepted >= 0 else { return nil }
    _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
    _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
    let socket = ProxySocket(descriptor: accepted)
    socket.setOption(IPPROTO_TCP, TCP_NODELAY, 1)
    socket.sendKeepalives()
    return socket
  }

  /// Has the kernel ask every second whether the client is still there, as servers do at longer intervals: one that
  /// gave up behind a black hole is gone silently, and its session at the server would be kept forever.
  private func sendKeepalives() {
    setOption(Int(SOL_SOCKET), SO_KEEPALIVE, 1)
    setOption(IPPROTO_TCP, TCP_KEEPIDLE, 1)
    setOption(IPPROTO_TCP, TCP_KEEPINTVL, 1)
    setOption(IPPROTO_TCP, TCP_KEEPCNT, 120)
  }

  func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes it so that the peer sees a FIN.
  func end() {
    endOutput()
    // Closing a socket with unread data would reset the connection instead.
    var rest = [UInt8](repeating: 0, count: 1 << 16)
    while recv(descriptor, &rest, rest.count, 0) > 0 {}
    close()
  }

  /// Closes it so that the peer sees an RST.
  func reset() {
    var lingering = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func close() { Glibc.close(descriptor) }

  /// Refuses connections from now on. Closing alone would do so only once nobody polls the socket any more.
  func stopListening() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close()
  }

  func setOption(_ level: Int, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Has the kernel drop all packets for this socket before TCP sees them, by a socket filter that takes none
  /// (Linux, Documentation/networking/filter.rst). Needs no rights.
  func dropsPackets(_ drops: Bool) {
    guard drops else { return setOption(Int(SOL_SOCKET), SO_DETACH_FILTER, 0) }
    // One instruction: BPF_RET | BPF_K with 0 bytes to take.
    var instruction = (code: UInt16(6), jumps: UInt16(0), constant: UInt32(0))
    withUnsafePointer(to: &instruction) { pointer in
      var program = (length: UInt16(1), instructions: UnsafeRawPointer(pointer))
      setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout.size(ofValue: program)))
    }
  }
}
