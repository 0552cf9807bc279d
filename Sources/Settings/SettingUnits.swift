extension Duration {
  /// The units of a setting; the shortest first.
  private static let settingUnits: [(name: String, size: Duration)] = [
    ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)), ("d", .seconds(86_400)),
  ]

  /// Parses a setting: a number of at most nine digits, so that no unit makes it overflow, with its unit.
  package init?(setting text: some StringProtocol) {
    for (name, size) in Self.settingUnits where text.hasSuffix(name) {
      let number = text.dropLast(name.count)
      guard (1...9).contains(number.count), let count = Int(number), count >= 0 else { continue }
      self = size * count
      return
    }
    return nil
  }

  /// In the form of a setting, in the largest unit that gives a whole number: `90s`, `14d`.
  package var settingText: String {
    for (name, size) in Self.settingUnits.reversed() {
      // The quotient of two durations is a floating-point number.
      let count = Int64((self / size).rounded())
      if count > 0, size * count == self { return "\(count)\(name)" }
    }
    return description
  }
}

extension Int {
  private static let sizeUnits = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

  /// A size in bytes in the form of a setting: a number of at most nine digits, so that no unit makes it overflow, with
  /// a unit or none.
  init?(sizeSetting text: String) {
    for (unit, size) in Self.sizeUnits + [("B", 1), ("", 1)] where text.hasSuffix(unit) {
      let number = text.dropLast(unit.count)
      if (1...9).contains(number.count), let number = Int(number), number >= 0 {
        self = number * size
        return
      }
    }
    return nil
  }

  /// A size in the form of a setting, in the largest unit that gives a whole number: `64MiB`.
  var sizeText: String {
    for (name, size) in Self.sizeUnits where self > 0 && isMultiple(of: size) { return "\(self / size)\(name)" }
    return "\(self)"
  }
}
