/// Finds where the elements of a JSON array begin and end, without parsing them, so that a damaged element does not
/// affect the others.
package enum JSONArraySplitter {
  /// Splits an array in one pass over its bytes, without recursion.
  ///
  /// - Parameter limit: the search ends after one element more than this.
  /// - Returns: the elements, without surrounding white space, in order; at most one more than `limit`. Whatever stands
  ///   between two commas, outside of strings and brackets, is an element.
  /// - Throws: ``JSONReader/Problem/malformed(offset:)`` if the text is not an array, or the end of an element can't be
  ///   found.
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

    /// Reads an element, up to the comma or bracket after it.
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

    /// Skips a string, up to its closing quotation mark.
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
