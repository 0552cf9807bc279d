extension Duration {
  /// What a setting may end in; the shortest first.
  static let settingUnits: [(name: String, size: Duration)] = [
    ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)), ("d", .seconds(86_400)),
  ]

  /// What is written in a setting: a number of at most nine digits, so that no unit makes it overflow, with its unit.
  init?(setting text: some StringProtocol) {
    for (name, size) in Self.settingUnits where text.hasSuffix(name) {
      let number = text.dropLast(name.count)
      guard (1...9).contains(number.count), let count = Int(number), count >= 0 else { continue }
      self = size * count
      return
    }
    return nil
  }

  /// As it is written in a setting, in the largest unit that leaves a whole number: `90s`, `14d`.
  var settingText: String {
    for (name, size) in Self.settingUnits.reversed() {
      // The quotient of two durations is a floating-point number.
      let count = Int64((self / size).rounded())
      if count > 0, size * count == self { return "\(count)\(name)" }
    }
    return description
  }
}
