package import WorkspaceApplication

/// What a ``ReadSet`` asks the inbox about a command.
package struct InboxQuestion: Sendable, Hashable {
  package let key: InboxKey
  /// The command's; the answer includes the result if the entry has the same. Nil asks only whether there is an entry,
  /// and since when.
  package let fingerprint: CommandFingerprint?

  package init(key: InboxKey, fingerprint: CommandFingerprint? = nil) {
    self.key = key
    self.fingerprint = fingerprint
  }
}
