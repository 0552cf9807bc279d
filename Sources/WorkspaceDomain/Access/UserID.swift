/// A user, as named by senders (`userid`): 1-255 characters, compared byte for byte.
package struct UserID: Sendable, LosslessStringConvertible {
  package static let maximumLength = 255

  package let text: String

  /// - Returns: nil unless `text` has 1-255 characters, none of which is a control character or a noncharacter.
  package init?(_ text: String) {
    guard text.isAttribute(maximumLength: Self.maximumLength) else { return nil }
    self.text = text
  }

  /// A user whose id was valid when it was read or stored.
  package init(stored text: String) { self.text = text }

  package var description: String { text }
}

extension UserID: Hashable, Comparable {
  package static func == (one: Self, other: Self) -> Bool { one.text.hasSameBytes(as: other.text) }
  package static func < (one: Self, other: Self) -> Bool { one.text.precedesByBytes(other.text) }

  package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}
