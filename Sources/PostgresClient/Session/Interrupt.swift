import CLinux
import Glibc

/// Wakes a thread that waits for the server, from any other thread.
final class Interrupt: Sendable {
  /// Readable while signalled.
  let descriptor: Int32

  /// - Throws: ``PostgresError/connectFailed(_:)`` when the process has no descriptor left.
  init() throws(PostgresError) {
    descriptor = clinux_eventfd()
    guard descriptor >= 0 else {
      throw .connectFailed(ConnectionFailure(reason: "no descriptor is left for an eventfd: errno \(errno)"))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func signal() { clinux_eventfd_signal(descriptor) }
  func reset() { clinux_eventfd_drain(descriptor) }
}
