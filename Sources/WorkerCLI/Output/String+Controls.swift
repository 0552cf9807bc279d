extension String {
  /// What somebody sent must not steer the terminal of whoever looks at it.
  ///
  /// - Parameter keepingLines: whether line ends and tabs stay as they are.
  func escapingControls(keepingLines: Bool) -> String {
    var text = ""
    for scalar in unicodeScalars {
      let isLayout = scalar == "\n" || scalar == "\t"
      let isHidden = scalar.properties.generalCategory == .control || scalar.properties.isBidiControl
      if isHidden && !(keepingLines && isLayout) {
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
