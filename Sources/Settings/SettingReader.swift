import Configuration

/// A setting as read.
package struct ReadSetting: Sendable {
  /// The source that its value comes from.
  package enum Source: String, Sendable {
    case flag, environment, file
    case fallback = "default"
  }

  package let setting: Setting
  /// The value as written, or what applies if there is none.
  package let value: String
  package let source: Source
}

/// Reads the settings of the table one by one, and collects what is wrong with them.
///
/// Values are read as text, whatever their type in YAML or in the environment, and parsed here: a value that a typed
/// reader can't convert would silently become the default.
struct SettingReader {
  private(set) var problems = ConfigurationProblems()
  /// The values that were given, by their keys.
  private(set) var given: [String: String] = [:]

  private let reader: ConfigReader

  init(_ reader: ConfigReader) { self.reader = reader }

  /// Problems are collected; the settings concerned have their defaults here.
  ///
  /// - Parameter isComplete: false: values can be missing, and combinations of settings are not checked.
  mutating func configuration(isComplete: Bool) -> WorkerConfiguration {
    var configuration = WorkerConfiguration()
    for section in SettingTable.sections {
      for setting in section.settings { read(setting, into: &configuration) }
    }
    guard isComplete else { return configuration }
    // Some settings need those of another section.
    for problem in SettingTable.sections.flatMap({ $0.problems(configuration) }) { problems.add(problem) }
    for problem in MemoryNeed(configuration).problems { problems.add(problem) }
    return configuration
  }

  /// An empty value counts as none.
  private mutating func read(_ setting: Setting, into configuration: inout WorkerConfiguration) {
    let text = reader.string(forKey: ConfigKey(setting.key), isSecret: setting.isSecret).map(SettingText.trimmed) ?? ""
    guard !text.isEmpty else { return }
    given[setting.key] = text
    let found = [SettingText.problem(text)].compactMap(\.self) + setting.read(text, into: &configuration)
    let hint = SettingText.hint(text, for: setting).map { ": \($0)" } ?? ""
    for (index, problem) in found.enumerated() { problems.add("\(setting.key) \(problem)\(index == 0 ? hint : "")") }
  }
}
