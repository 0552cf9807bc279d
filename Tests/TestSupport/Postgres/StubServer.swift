import Foundation
import Glibc

/// A fake server: it accepts connections, and then says nothing or nonsense.
package final class StubServer: Sendable {
  package let port: UInt16
  private let listener: Int32

  package struct CannotListen: Error {
    package let errno: Int32
  }

  /// - Parameter reply: sent on each connection, which is then closed; nil to stay silent forever.
  package init(reply: [UInt8]? = nil) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    listener = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, address, &size) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard isBound else { throw CannotListen(errno: errno) }
    // A silent server need not even accept: the kernel completes the handshake.
    if let reply { answer(with: reply) }
  }

  /// Whether somebody has connected whom it has not answered.
  package var hasVisitor: Bool {
    var request = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) == 1
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func answer(with reply: [UInt8]) {
    let listener = listener
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        _ = send(connection, reply, reply.count, Int32(MSG_NOSIGNAL))
        // Reads pending data before closing: otherwise the peer sees a reset instead of the reply.
        var request = [UInt8](repeating: 0, count: 1024)
        _ = recv(connection, &request, request.count, 0)
        close(connection)
      }
    }
  }
}
