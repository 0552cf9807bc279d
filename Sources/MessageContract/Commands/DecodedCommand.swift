package import WorkspaceApplication
package import WorkspaceDomain

/// A valid command, as read from a message.
package struct DecodedCommand: Sendable {
  package let type: CommandType
  package let context: CommandContext
  package let command: any WorkspaceCommand
  /// Two messages with the same key are the same command if their fingerprints are equal.
  package let fingerprint: CommandFingerprint
  /// When the command was made, according to its sender; not part of the fingerprint.
  package let sentAt: Timestamp?
}

extension DecodedCommand: Equatable {
  package static func == (one: Self, other: Self) -> Bool {
    one.type == other.type && one.context == other.context && one.command.isEqual(to: other.command)
      && one.fingerprint == other.fingerprint && one.sentAt == other.sentAt
  }
}
