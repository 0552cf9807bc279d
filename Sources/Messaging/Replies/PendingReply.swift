/// A reply, and the callback for its outcome.
package struct PendingReply: Sendable {
  package let message: AMQPMessage
  /// Called once, on any thread and in no particular order among replies, when this one has arrived or was given up: at
  /// the latest when it expires.
  package let settled: @Sendable (ReplyOutcome) -> Void

  package init(_ message: AMQPMessage, settled: @escaping @Sendable (ReplyOutcome) -> Void) {
    self.message = message
    self.settled = settled
  }
}
