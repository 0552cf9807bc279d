package import WorkspaceApplication

/// A message whose transaction has committed, and its outcome.
package struct HandledMessage: Sendable {
  /// Nil for messages dead-lettered by the broker.
  package let message: ReceivedMessage?
  /// Nil if the message isn't a valid command.
  package let type: CommandType?
  package let outcome: Outcome
}
