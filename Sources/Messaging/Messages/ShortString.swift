/// An AMQP short string: up to 255 bytes that need not be UTF-8. Kept byte for byte.
///
/// Source: AMQP 0-9-1 specification, section 4.2.5.3.
package struct ShortString: Sendable, Hashable, ExpressibleByStringLiteral {
  /// What a one-byte length can express.
  package static let maximumBytes = 255

  package let bytes: [UInt8]

  /// - Returns: nil if `bytes` is longer than ``maximumBytes``.
  package init?(bytes: [UInt8]) {
    guard bytes.count <= Self.maximumBytes else { return nil }
    self.bytes = bytes
  }

  /// - Returns: nil if `text` is longer than ``maximumBytes`` in UTF-8.
  package init?(_ text: String) { self.init(bytes: Array(text.utf8)) }

  package init(stringLiteral text: StaticString) {
    bytes = text.withUTF8Buffer(Array.init)
    precondition(bytes.count <= Self.maximumBytes, "a literal of more than 255 bytes")
  }

  /// The text, or nil if the bytes are not valid UTF-8.
  package var text: String? { String(validating: bytes, as: UTF8.self) }
}
