/// A workspace's name: 1-512 characters (Unicode scalars) without control characters, white space at both ends removed,
/// and with at least one visible character.
///
/// Two names are the same when their bytes are: PostgreSQL compares that way, while Swift's `String` treats an accented
/// letter as equal to the letter with a combining accent.
package struct WorkspaceName: Sendable {
  package static let maximumLength = 512

  package let text: String

  /// Why a text isn't a name.
  package enum Problem: Error, Sendable, Hashable {
    case empty
    case tooLong(length: Int)
    case controlCharacter
    /// Only format characters, fillers and the like.
    case invisible
  }

  package init(_ text: String) throws(Problem) {
    if Self.isPlain(text) {
      self.text = text
      return
    }
    let scalars = Self.trim(text.unicodeScalars)
    guard !scalars.isEmpty else { throw .empty }
    guard scalars.count <= Self.maximumLength else { throw .tooLong(length: scalars.count) }
    guard !scalars.contains(where: { $0.properties.generalCategory == .control }) else { throw .controlCharacter }
    guard !scalars.allSatisfy(Self.isInvisible) else { throw .invisible }
    self.text = String(scalars)
  }

  /// Whether a scalar on its own is invisible.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    // By its category, the Braille pattern without dots is a symbol.
    return properties.isDefaultIgnorableCodePoint || properties.isWhitespace || properties.generalCategory == .format
      || scalar == "\u{2800}"
  }

  /// A name that was valid when it was stored.
  package init(stored text: String) { self.text = text }

  /// Whether a name is printable ASCII, not too long, with nothing to trim. Most are, and don't need Unicode's tables.
  private static func isPlain(_ text: String) -> Bool {
    let bytes = text.utf8
    let space = UInt8(ascii: " ")
    guard let first = bytes.first, let last = bytes.last, first != space, last != space else { return false }
    return bytes.count <= maximumLength && bytes.allSatisfy { (space..<0x7F).contains($0) }
  }

  private static func trim(_ scalars: String.UnicodeScalarView) -> Substring.UnicodeScalarView {
    func isWhitespace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
    let start = scalars.drop(while: isWhitespace)
    guard let last = start.lastIndex(where: { !isWhitespace($0) }) else { return start.prefix(0) }
    return start[...last]
  }
}

extension WorkspaceName: Hashable {
  package static func == (lhs: Self, rhs: Self) -> Bool { lhs.text.hasSameBytes(as: rhs.text) }

  package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

extension WorkspaceName: CustomStringConvertible {
  package var description: String { text }
}
