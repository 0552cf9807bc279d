/// A setting as it is declared: all that is known of it stands in its line of the table, but for its default, which is
/// that of the property that it sets.
package struct Setting: Sendable {
  /// In dots: `amqp.tls.ca_file`.
  package let key: String
  /// What it means, for people.
  package let explanation: String
  /// What it may be: `1-65535`; nil where the explanation says so.
  package let limits: String?
  /// What holds where nothing is given, if the default is to be none.
  package let whenAbsent: String?
  package let isSecret: Bool

  fileprivate let textIn: @Sendable (WorkerConfiguration) -> String
  fileprivate let readInto: @Sendable (inout WorkerConfiguration, String) -> [String]

  /// As its default would be written; empty where that is none.
  package var defaultText: String { textIn(WorkerConfiguration()) }

  /// The environment variable that it can be set by.
  package var environmentVariable: String { key.uppercased().replacing(".", with: "_") }

  /// Sets it, or leaves it where `text` can't be its value.
  ///
  /// - Returns: what is wrong, in words that follow the key.
  func read(_ text: String, into configuration: inout WorkerConfiguration) -> [String] {
    readInto(&configuration, text)
  }
}

/// Settings that stand together in the file, and in one struct of the configuration.
package struct SettingSection: Sendable {
  /// In dots: `amqp.tls`.
  package let name: String
  /// What all of them have in common; nil where that is nothing.
  package let explanation: String?
  package let settings: [Setting]
  /// What is wrong with several settings together.
  let problems: @Sendable (WorkerConfiguration) -> [String]

  init<Section>(
    _ name: String, _ section: any WritableKeyPath<WorkerConfiguration, Section> & Sendable, explanation: String? = nil,
    _ lines: [Line<Section>], problems: @escaping @Sendable (Section) -> [String] = { _ in [] }
  ) {
    self.name = name
    self.explanation = explanation
    self.problems = { problems($0[keyPath: section]) }
    settings = lines.map { line in
      Setting(
        key: "\(name).\(line.name)", explanation: line.explanation, limits: line.limits, whenAbsent: line.whenAbsent,
        isSecret: line.isSecret, textIn: { line.text($0[keyPath: section]) },
        readInto: { line.read(&$0[keyPath: section], $1) })
    }
  }

  /// A setting within its section.
  struct Line<Section>: Sendable {
    let name: String
    let explanation: String
    let limits: String?
    let whenAbsent: String?
    let isSecret: Bool
    let text: @Sendable (Section) -> String
    let read: @Sendable (inout Section, String) -> [String]

    /// - Parameters:
    ///   - property: what it sets; its value in a new configuration is the default.
    ///   - explanation: for the file, where the limits are added.
    ///   - whenAbsent: what holds without it, where there is no default.
    init<Value>(
      _ name: String, _ property: any WritableKeyPath<Section, Value> & Sendable, _ kind: SettingKind<Value>,
      _ explanation: String, whenAbsent: String? = nil, isSecret: Bool = false
    ) {
      self.name = name
      self.explanation = explanation
      self.whenAbsent = whenAbsent
      self.isSecret = isSecret
      limits = kind.limits
      text = { kind.write($0[keyPath: property]) }
      read = { section, text in
        do throws(SettingKind<Value>.Refusal) {
          section[keyPath: property] = try kind.read(text)
          return []
        } catch {
          return error.problems
        }
      }
    }
  }
}
