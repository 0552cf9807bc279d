/// A message whose transaction has committed, and what came of it.
package struct HandledMessage: Sendable {
  /// Nil for what the broker has dead-lettered.
  package let message: ReceivedMessage?
  package let outcome: CommandOutcome
}
