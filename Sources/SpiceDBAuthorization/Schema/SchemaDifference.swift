/// How two schemas differ, compared by definitions and their lines. Comments, white space and order don't matter.
package struct SchemaDifference: Sendable, Equatable, CustomStringConvertible {
  /// Missing lines, such as `workspace: relation parent: workspace`.
  package let lacking: [String]
  /// Extra lines.
  package let surplus: [String]

  /// - Parameters:
  ///   - text: the existing schema.
  ///   - expected: the schema needed.
  package init(of text: String, from expected: String) {
    let (found, needed) = (Self.lines(text), Self.lines(expected))
    lacking = needed.subtracting(found).sorted()
    surplus = found.subtracting(needed).sorted()
  }

  package var isEmpty: Bool { lacking.isEmpty && surplus.isEmpty }

  package var description: String {
    [("lacks", lacking), ("additionally has", surplus)].filter { !$0.1.isEmpty }
      .map { "\($0) \($1.map { "'\($0)'" }.joined(separator: ", "))" }.joined(separator: "; ")
  }

  private static func lines(_ text: String) -> Set<String> {
    var definition = ""
    var lines: Set<String> = []
    for line in text.split(whereSeparator: \.isNewline) {
      let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
      let words = code.split(whereSeparator: { $0.isWhitespace || $0 == "{" || $0 == "}" }).joined(separator: " ")
      guard !words.isEmpty else { continue }
      if words.hasPrefix("definition ") { definition = String(words.dropFirst("definition ".count)) }
      lines.insert(words.hasPrefix("definition ") ? words : "\(definition): \(words)")
    }
    return lines
  }
}
