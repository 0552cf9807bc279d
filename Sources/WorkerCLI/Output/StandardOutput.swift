import Glibc

/// The stream of data.
enum StandardOutput {
  /// What was printed goes out now: whoever reads a pipe must not wait for a full buffer.
  static func flush() { fflush(nil) }
}
