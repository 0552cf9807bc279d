import Configuration

/// Reads settings one by one, each with its default, and gathers what is wrong with them.
///
/// Values are read as text, whatever they are written as in YAML or in the environment, and parsed here: a value that
/// a typed reader can't convert would silently become the default.
struct SettingReader {
  private(set) var problems = ConfigurationProblems()
  /// All settings that were asked for, in that order.
  private(set) var settings: [Setting] = []

  private let reader: ConfigReader

  init(_ reader: ConfigReader) { self.reader = reader }

  /// The keys of all of them.
  var keys: Set<String> { Set(settings.map(\.key)) }

  /// The text under `key`; nil where there is none, or an empty one.
  mutating func text(_ key: String, isSecret: Bool = false) -> String? {
    given(key, default: "", isSecret: isSecret)
  }

  mutating func text(_ key: String, default fallback: String, isSecret: Bool = false) -> String {
    given(key, default: fallback, isSecret: isSecret) ?? fallback
  }

  /// - Parameter fallback: what holds where nothing is given, as it would be written.
  private mutating func given(_ key: String, default fallback: String, isSecret: Bool = false) -> String? {
    let text = reader.string(forKey: ConfigKey(key), isSecret: isSecret)
    let given = text?.isEmpty == false ? text : nil
    settings.append(Setting(key: key, value: given ?? fallback, isGiven: given != nil, isSecret: isSecret))
    return given
  }

  mutating func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
    guard let text = given(key, default: "\(fallback)") else { return fallback }
    guard let value = Int(text), range.contains(value) else {
      return wrong(key, "is not a whole number from \(range.lowerBound) to \(range.upperBound)", fallback)
    }
    return value
  }

  /// A number from 0 to 1.
  mutating func fraction(_ key: String, default fallback: Double) -> Double {
    guard let text = given(key, default: "\(fallback)") else { return fallback }
    guard let value = Double(text), (0...1).contains(value) else { return wrong(key, "is not a number from 0 to 1", fallback) }
    return value
  }

  mutating func flag(_ key: String, default fallback: Bool) -> Bool {
    switch given(key, default: "\(fallback)") {
    case nil: fallback
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: wrong(key, "is neither true nor false", fallback)
    }
  }

  /// A duration with its unit: `500ms`, `10s`, `5m`, `1h` or `30d`.
  mutating func duration(
    _ key: String, default fallback: Duration, in range: ClosedRange<Duration>
  ) -> Duration {
    guard let text = given(key, default: fallback.settingText) else { return fallback }
    guard let value = Duration(setting: text), range.contains(value) else {
      return wrong(
        key,
        "is not a duration from \(range.lowerBound.settingText) to \(range.upperBound.settingText), such as 500ms, 10s, 5m, 1h or 30d",
        fallback)
    }
    return value
  }

  /// Durations with commas between them, or `none`.
  mutating func durations(
    _ key: String, default fallback: [Duration], count: ClosedRange<Int>, in range: ClosedRange<Duration>
  ) -> [Duration] {
    let fallbackText = fallback.isEmpty ? "none" : fallback.map(\.settingText).joined(separator: ", ")
    guard let text = given(key, default: fallbackText) else { return fallback }
    let parts = text == "none" ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Duration(setting: $0.trimming(\.isWhitespace)) }
    guard values.count == parts.count, count.contains(values.count), values.allSatisfy(range.contains) else {
      return wrong(
        key,
        "is no list of \(count.lowerBound) to \(count.upperBound) durations up to \(range.upperBound.settingText), such as 1s, 5s, 2m",
        fallback)
    }
    return values
  }

  /// A size in bytes: `4096`, `256KiB` or `64MiB`.
  mutating func bytes(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
    guard let text = given(key, default: fallback.sizeText) else { return fallback }
    guard let value = size(text), range.contains(value) else {
      return wrong(
        key, "is not a size from \(range.lowerBound) to \(range.upperBound) bytes, such as 256KiB or 64MiB", fallback)
    }
    return value
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, default fallback: Choice) -> Choice {
    guard let text = given(key, default: fallback.rawValue) else { return fallback }
    guard let value = Choice(rawValue: text) else {
      return wrong(key, "is none of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))", fallback)
    }
    return value
  }

  /// Reports that the value under `key` is wrong; `fallback` lets the reading go on to find what else is.
  mutating func wrong<Value>(_ key: String, _ problem: String, _ fallback: Value) -> Value {
    problems.add("\(key) \(problem)")
    return fallback
  }

  /// A number of at most nine digits, so that no unit makes it overflow, with a unit or none.
  private func size(_ text: String) -> Int? {
    for (unit, size) in [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1), ("", 1)] where text.hasSuffix(unit) {
      let number = text.dropLast(unit.count)
      if (1...9).contains(number.count), let number = Int(number), number >= 0 { return number * size }
    }
    return nil
  }
}

extension Int {
  /// A size in bytes as it is written in a setting, in the largest unit that leaves a whole number: `64MiB`.
  fileprivate var sizeText: String {
    for (name, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where self > 0 && isMultiple(of: size) {
      return "\(self / size)\(name)"
    }
    return "\(self)"
  }
}

extension Substring {
  fileprivate func trimming(_ isDropped: (Character) -> Bool) -> Substring {
    var text = drop(while: isDropped)
    while let last = text.last, isDropped(last) { text.removeLast() }
    return text
  }
}
