/// A reply, and who waits for it to arrive.
package struct PendingReply: Sendable {
  package let message: OutboundMessage
  /// Called once, on any thread, in no particular order among replies: when this one has arrived, or was given up. That
  /// is when it expires at the latest.
  package let settled: @Sendable (ReplyOutcome) -> Void

  package init(_ message: OutboundMessage, settled: @escaping @Sendable (ReplyOutcome) -> Void) {
    self.message = message
    self.settled = settled
  }
}
