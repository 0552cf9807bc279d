/// Valid JSON in as many forms as the grammar allows.
package enum RandomDocument {
  package static func text(depth: Int, using random: inout SeededRandom) -> String {
    let space = [" ", "", "", "\n", "\t", "\r\n "].randomElement(using: &random) ?? ""
    return space + value(depth: depth, using: &random) + space
  }

  private static func value(depth: Int, using random: inout SeededRandom) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return ["null", "true", "false"].randomElement(using: &random) ?? "null"
    case 1, 2: return number(using: &random)
    case 3, 4, 5: return string(using: &random)
    case 6, 7:
      // The number keeps the keys apart.
      let members = (0..<Int.random(in: 0...4, using: &random)).map { number in
        let key = string(using: &random).dropLast() + "\(number)\""
        return "\(key) :" + text(depth: depth - 1, using: &random)
      }
      return "{" + members.joined(separator: ",") + "}"
    default:
      let elements = (0..<Int.random(in: 0...4, using: &random)).map { _ in text(depth: depth - 1, using: &random) }
      return "[" + elements.joined(separator: ",") + "]"
    }
  }

  private static func number(using random: inout SeededRandom) -> String {
    let integer = Int.random(in: -9999...9999, using: &random)
    let fraction = Bool.random(using: &random) ? ".\(Int.random(in: 0...999, using: &random))" : ""
    let exponent = Bool.random(using: &random) ? "e\(Int.random(in: -20...20, using: &random))" : ""
    return "\(integer)\(fraction)\(exponent)"
  }

  private static func string(using random: inout SeededRandom) -> String {
    let pieces = [
      "a", "B", "é", "e\u{301}", "漢", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\uD83D\\uDE00", "\\u001f", " ",
      "\u{7F}",
    ]
    return "\""
      + (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }.joined()
      + "\""
  }
}
