/// A setting as declared: its line in the table has everything about it except its default, which is the default value
/// of the property that it sets.
package struct Setting: Sendable {
  /// In dotted form: `amqp.tls.ca_file`.
  package let key: String
  /// What it means, for people.
  package let explanation: String
  /// The values it may have: `1-65535`; nil if the explanation says which.
  package let limits: String?
  /// What applies if nothing is given and there is no default value.
  package let whenAbsent: String?
  package let isSecret: Bool

  fileprivate let textIn: @Sendable (WorkerConfiguration) -> String
  fileprivate let readInto: @Sendable (inout WorkerConfiguration, String) -> [String]

  /// The default as it would be written; empty if there is none.
  package var defaultText: String { textIn(WorkerConfiguration()) }

  /// The environment variable that it can be set by.
  package var environmentVariable: String { key.uppercased().replacing(".", with: "_") }

  /// Sets it, or leaves it unchanged if `text` can't be its value.
  ///
  /// - Returns: what is wrong, in words that follow the key.
  func read(_ text: String, into configuration: inout WorkerConfiguration) -> [String] {
    readInto(&configuration, text)
  }
}

/// Settings that belong together in the file, and in one struct of the configuration.
package struct SettingSection: Sendable {
  /// In dotted form: `amqp.tls`.
  package let name: String
  /// What all of them have in common; nil if nothing.
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
    ///   - property: the property it sets; its value in a new configuration is the default.
    ///   - explanation: for the file, where the limits are added.
    ///   - whenAbsent: what applies without it, if there is no default.
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
