/// Finds where the elements of a JSON array begin and end, without reading them: one that is damaged is no harm to the
/// others.
package enum JSONArraySplitter {
  /// Goes through the text once, byte by byte; nothing recurses.
  ///
  /// - Parameter limit: more elements are not looked for.
  /// - Returns: the elements, without the white space around them, in order; at most one more than `limit`. What stands
  ///   between two commas outside of strings and brackets is one, whatever it is.
  /// - Throws: ``JSONReader/Problem/malformed(offset:)`` where the text is no array, or it can't be told where an
  ///   element ends.
  package static func split(_ bytes: [UInt8], limit: Int) throws(JSONReader.Problem) -> [Range<Int>] {
    var scanner = Scanner(bytes: bytes)
    return try scanner.elements(limit: limit)
  }

  private struct Scanner {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var malformed: JSONReader.Problem { .malformed(offset: position) }

    mutating func elements(limit: Int) throws(JSONReader.Problem) -> [Range<Int>] {
      skipWhitespace()
      guard take("[") else { throw malformed }
      skipWhitespace()
      var elements: [Range<Int>] = []
      if !take("]") {
        repeat {
          elements.append(try element())
          if elements.count > limit { return elements }
        } while take(",")
        guard take("]") else { throw malformed }
      }
      skipWhitespace()
      guard position == bytes.count else { throw malformed }
      return elements
    }

    /// Ends before the comma or the bracket behind it.
    private mutating func element() throws(JSONReader.Problem) -> Range<Int> {
      skipWhitespace()
      let start = position
      var end = position
      var depth = 0
      while position < bytes.count {
        switch Unicode.Scalar(bytes[position]) {
        case "\"": try skipString()
        case "[", "{": depth += 1
        case "]" where depth == 0, "," where depth == 0:
          guard end > start else { throw malformed }
          return start..<end
        case "]", "}": depth = max(0, depth - 1)
        default: break
        }
        position += 1
        if !Self.isWhitespace(bytes[position - 1]) { end = position }
      }
      throw malformed
    }

    /// Ends at the closing quotation mark.
    private mutating func skipString() throws(JSONReader.Problem) {
      position += 1
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard position < bytes.count else { throw malformed }
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
      guard position < bytes.count, bytes[position] == UInt8(ascii: byte) else { return false }
      position += 1
      return true
    }

    private mutating func skipWhitespace() {
      while position < bytes.count, Self.isWhitespace(bytes[position]) { position += 1 }
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
  }
}
