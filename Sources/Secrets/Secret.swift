import Glibc

/// A text that must not show up in logs, errors or dumps: every description of it is a mask.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private enum Source: Sendable, Equatable {
    case text(String)
    case file(String)
  }

  private let source: Source

  package init(_ text: String) { source = .text(text) }

  /// What a file holds, without the line break at its end. It is read anew each time that the text is asked for: who
  /// changes it changes the secret for whoever connects from then on.
  package init(file path: String) { source = .file(path) }

  /// The text itself, for the one place that sends it.
  ///
  /// - Throws: ``UnreadableSecret``. Of a text that was given directly: never.
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

/// Why a secret can't be read from its file. Names the file, and nothing that is in it.
package struct UnreadableSecret: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
}

private struct SecretFile {
  /// More is no password: somebody has named another file.
  static let maximumBytes = 4096

  let path: String

  func text() throws(UnreadableSecret) -> String {
    // A pipe that nobody writes to would keep whoever opens it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw problem("can't be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Self.maximumBytes + 1)
    var count = 0
    while count < bytes.count {
      let read = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count) }
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

  private func problem(_ text: String) -> UnreadableSecret { UnreadableSecret(description: "the secret's file \(path) \(text)") }
}
