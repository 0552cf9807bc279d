/// A pattern for a text: `*` stands for any characters or none, `?` for one, anything else for itself. Characters are
/// Unicode scalars, compared one by one.
package struct Glob: Sendable, Equatable, ExpressibleByStringLiteral {
  private let pattern: [Unicode.Scalar]

  package init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }
  package init(stringLiteral pattern: String) { self.init(pattern) }

  /// Takes time proportional to the product of both lengths, whatever the pattern: no backtracking beyond the last
  /// star.
  package func matches(_ text: String) -> Bool {
    let text = Array(text.unicodeScalars)
    var (position, place) = (0, 0)
    var star: (place: Int, position: Int)?
    while position < text.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == text[position] {
        place += 1
        position += 1
      } else if let last = star {
        // Let the star match one more character.
        star = (last.place, last.position + 1)
        place = last.place + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
