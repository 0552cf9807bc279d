extension String {
  /// The text with control characters escaped, so that received text can neither control the reader's terminal nor pass
  /// for a line of its own.
  ///
  /// - Parameter keepingLines: whether line ends and tabs stay as they are.
  package func escapingControls(keepingLines: Bool) -> String {
    guard unicodeScalars.contains(where: { $0.isHidden }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      let isLayout = scalar == "\n" || scalar == "\t"
      if scalar.isHidden && !(keepingLines && isLayout) {
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Whether this is a control character, a line or paragraph separator, or a character that changes the direction of
  /// text.
  fileprivate var isHidden: Bool {
    guard value >= 0x20, value != 0x7F else { return true }
    guard value > 0x7F else { return false }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return properties.isBidiControl
    }
  }
}
