import Glibc

/// The stream for data. Everything is written immediately and completely, or the command fails: a full disk must not go
/// unnoticed when an export is saved.
enum StandardOutput {
  /// Data that did not reach its reader.
  struct Unwritable: Error, CustomStringConvertible {
    let code: Int32

    var description: String { "standard output can't be written: \(String(cString: strerror(code)))" }
  }

  /// Whether standard output is a terminal.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Ignores SIGPIPE: a reader that goes away is an error like any other, and must not kill the process.
  private static let ignoresBrokenPipes: Void = { signal(SIGPIPE, SIG_IGN) }()

  static func write(_ bytes: [UInt8]) throws(Unwritable) {
    _ = ignoresBrokenPipes
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno == EAGAIN {
        waitForRoom()
      } else if errno != EINTR {
        throw Unwritable(code: errno)
      }
    }
  }

  /// Writes `text` and a line feed.
  static func print(_ text: String) throws(Unwritable) { try write(Array(text.utf8) + [0x0A]) }

  /// Must be called at the end: some file systems report a lack of space only when a file is closed (close(2)).
  static func finish() throws(Unwritable) {
    let descriptor = dup(STDOUT_FILENO)
    // A caller that closed standard output beforehand wants no data.
    guard descriptor >= 0 else { return }
    guard close(descriptor) == 0 || errno == EINTR else { throw Unwritable(code: errno) }
  }

  /// Waits until standard output accepts data again: another process has made it non-blocking.
  private static func waitForRoom() {
    var request = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, -1)
  }
}
