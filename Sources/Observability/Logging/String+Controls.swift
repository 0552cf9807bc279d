extension String {
  /// Received text must not control the terminal of whoever reads it, nor pass for a line of its own.
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
  /// A control character, a line separator, or one that changes the direction of text.
  fileprivate var isHidden: Bool {
    guard value >= 0x20, value != 0x7F else { return true }
    guard value > 0x7F else { return false }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return properties.isBidiControl
    }
  }
}
