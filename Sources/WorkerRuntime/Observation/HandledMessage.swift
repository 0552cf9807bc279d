package import WorkspaceApplication

/// A message whose transaction has committed, and what came of it.
package struct HandledMessage: Sendable {
  /// Nil for what the broker has dead-lettered.
  package let message: ReceivedMessage?
  /// Nil where the message is no command.
  package let type: CommandType?
  package let outcome: Outcome
}
