package import WorkspaceApplication
package import WorkspaceDomain

/// A valid command, as it was read from a message.
package struct DecodedCommand: Sendable, Equatable {
  package let type: CommandType
  package let context: CommandContext
  package let command: WorkspaceCommand
  /// SHA-256 over type, tenant and data by value: two messages of one key are the same command when it is equal.
  package let fingerprint: [UInt8]
  /// When it was made, as its sender says; not part of what it asks for.
  package let sentAt: Timestamp?
}
