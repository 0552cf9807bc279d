import Messaging

/// A short excerpt of a sender's text, safe for a log, a result and the ledger: in quotation marks, without anything
/// that a terminal or a log line would misinterpret.
enum Excerpt {
  /// The maximum length in Unicode scalars.
  private static let length = 40

  static func of(_ text: String) -> String {
    var excerpt = "\""
    for scalar in text.unicodeScalars.prefix(length) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        excerpt += "\\u{\(String(scalar.value, radix: 16))}"
      case _ where scalar == "\"" || scalar == "\\": excerpt += "\\\(scalar)"
      default: excerpt.unicodeScalars.append(scalar)
      }
    }
    return excerpt + (text.unicodeScalars.count > length ? "...\"" : "\"")
  }

  static func of(_ string: ShortString) -> String { string.text.map(of) ?? "not UTF-8" }
}
