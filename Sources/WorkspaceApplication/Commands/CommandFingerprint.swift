/// What must be equal for two messages with one key to be the same command: a SHA-256 digest for each rule under which
/// inbox entries were recorded. An entry is only ever compared by its own rule.
package struct CommandFingerprint: Sendable, Hashable {
  /// A rule, by the number that the inbox stores.
  package enum Rule: Int32, Sendable {
    /// Type, tenant and `data` as written. Until migration 12.
    case withoutUser = 1
    /// Type, user and what `data` asks for.
    case withUser = 2
  }

  /// By ``Rule/withUser``: how new entries are recorded.
  package let withUser: [UInt8]
  /// By ``Rule/withoutUser``.
  package let withoutUser: [UInt8]

  package init(withUser: [UInt8], withoutUser: [UInt8]) {
    self.withUser = withUser
    self.withoutUser = withoutUser
  }

  /// The form in which a new entry is recorded.
  package var recorded: RecordedFingerprint { RecordedFingerprint(rule: .withUser, digest: withUser) }
}

/// The fingerprint of a command that was processed, with the rule that it was computed by.
package struct RecordedFingerprint: Sendable, Hashable {
  package let rule: CommandFingerprint.Rule
  /// SHA-256, 32 bytes.
  package let digest: [UInt8]

  package init(rule: CommandFingerprint.Rule, digest: [UInt8]) {
    self.rule = rule
    self.digest = digest
  }

  /// Whether `command` is the same command.
  package func matches(_ command: CommandFingerprint) -> Bool {
    switch rule {
    case .withUser: digest == command.withUser
    case .withoutUser: digest == command.withoutUser
    }
  }
}
