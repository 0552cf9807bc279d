package import WorkspaceApplication

/// What a ``ReadSet`` asks the inbox about a command.
package struct InboxQuestion: Sendable, Hashable {
  package let key: InboxKey
  /// The command's fingerprint: the answer includes the result only if the entry has the same one. Nil asks only
  /// whether there is an entry, and since when.
  package let fingerprint: CommandFingerprint?

  package init(key: InboxKey, fingerprint: CommandFingerprint? = nil) {
    self.key = key
    self.fingerprint = fingerprint
  }
}
