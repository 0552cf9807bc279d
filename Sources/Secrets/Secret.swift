import Glibc

/// A text that must not appear in logs, errors or dumps: every description of it is a mask.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private enum Source: Sendable, Equatable {
    case text(String)
    case file(String)
  }

  private let source: Source

  package init(_ text: String) { source = .text(text) }

  /// The content of a file, without the line break at its end. It is reread each time the text is needed: changing the
  /// file changes the secret for later connections.
  package init(file path: String) { source = .file(path) }

  /// The text itself, for the one place that sends it.
  ///
  /// - Throws: ``UnreadableSecret``; never for a text given directly.
  package func reveal() throws(UnreadableSecret) -> String {
    switch source {
    case .text(let text): text
    case .file(let path): try SecretFile(path: path).text()
    }
  }

  package var description: String { "***" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a secret can't be read from its file. Names the file, but none of its content.
package struct UnreadableSecret: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
}

private struct SecretFile {
  /// Anything longer isn't a password: the wrong file was named.
  static let maximumBytes = 4096

  let path: String

  func text() throws(UnreadableSecret) -> String {
    // Opening a pipe without a writer would block.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw problem("can't be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Self.maximumBytes + 1)
    var count = 0
    while count < bytes.count {
      let read = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
      }
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { throw problem("can't be read: \(String(cString: strerror(errno)))") }
      if read == 0 { break }
      count += read
    }
    guard count <= Self.maximumBytes else { throw problem("has more than \(Self.maximumBytes) bytes") }
    bytes.removeLast(bytes.count - count)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard !bytes.isEmpty else { throw problem("is empty") }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw problem("is not text") }
    return text
  }

  private func problem(_ text: String) -> UnreadableSecret {
    UnreadableSecret(description: "the secret file \(path) \(text)")
  }
}
