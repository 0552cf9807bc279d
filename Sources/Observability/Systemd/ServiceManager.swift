import Glibc

/// The service manager that started this process, if it wants notifications: systemd with `Type=notify`.
///
/// Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
package struct ServiceManager: Sendable {
  private let socketPath: String

  /// - Parameter environment: the process's environment, of which `NOTIFY_SOCKET` is used.
  /// - Returns: nil if no service manager wants notifications.
  package init?(environment: [String: String]) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count < 108
    else { return nil }
    socketPath = path
  }

  /// Sends assignments such as `READY=1`. A notification that can't be sent is lost: the manager may be gone.
  package func notify(_ assignments: String...) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let text = Array(assignments.joined(separator: "\n").utf8)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var path = Array(socketPath.utf8)
    // An abstract name begins with a zero byte (unix(7)).
    if path[0] == UInt8(ascii: "@") { path[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), address, length)
      }
    }
  }
}
