/// The code that reads untrusted bytes first, each as a function of bytes. `bin/fuzz` searches for bytes that break a
/// promise, or end the process; the tests try those that it found worth keeping.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// A broker's bytes, after a byte that says in what pieces they arrive.
  case frames
  /// A JSON document.
  case json
  /// A command: body, content type and header table, with a byte 0xFF between them, which no text contains.
  case commands
  /// The entries of a header table.
  case headers
  /// A property list.
  case properties
  /// A row of the outbox.
  case messages
  /// A pattern of the access list, and after a line break the text to match.
  case globs
  /// A file with an access list.
  case access
  /// A line that `dead-letters import` reads.
  case letters

  /// - Throws: ``BrokenPromise``. Refused bytes are no error.
  package func run(_ bytes: [UInt8]) throws(BrokenPromise) {
    switch self {
    case .frames: try Self.frames(bytes)
    case .json: try Self.json(bytes)
    case .commands: try Self.commands(bytes)
    case .headers: try Self.headers(bytes)
    case .properties: try Self.properties(bytes)
    case .messages: try Self.messages(bytes)
    case .globs: try Self.globs(bytes)
    case .access: try Self.access(bytes)
    case .letters: try Self.letters(bytes)
    }
  }
}
