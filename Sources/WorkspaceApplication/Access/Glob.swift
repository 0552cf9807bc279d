/// A pattern for the UTF-8 bytes of a text: `*` stands for any bytes or none, `?` for one, anything else for itself.
package struct Glob: Sendable, Equatable, ExpressibleByStringLiteral {
  private let pattern: [UInt8]

  package init(_ pattern: String) { self.pattern = Array(pattern.utf8) }
  package init(stringLiteral pattern: String) { self.init(pattern) }

  /// Takes time proportional to the product of both lengths, whatever the pattern: no backtracking beyond the last
  /// star.
  package func matches(_ text: String) -> Bool {
    let text = Array(text.utf8)
    var (position, place) = (0, 0)
    var star: (place: Int, position: Int)?
    while position < text.count {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        star = (place, position)
        place += 1
      } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == text[position] {
        place += 1
        position += 1
      } else if let last = star {
        // Let the star match one more byte.
        star = (last.place, last.position + 1)
        place = last.place + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
