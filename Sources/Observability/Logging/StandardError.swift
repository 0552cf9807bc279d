import Glibc

/// The stream for everything that isn't data.
package enum StandardError {
  /// Writes all of `bytes`; up to 4 KiB (PIPE_BUF) in one piece, so that lines of several processes don't mix in a
  /// pipe.
  package static func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      // For example if the reader is gone: a log line is not worth a crash.
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  package static func write(_ text: String) { write(Array(text.utf8)) }
}
