/// Port: where replies go, the copies of results that a command asks for in `reply_to`.
///
/// A sender chooses the queue, and the queue may be full, gone, or silent. So replies take a separate path, where a
/// bounded number wait for a bounded time and hold up nothing else. Losing a reply doesn't lose a result: the same
/// bytes are on the exchange of results, and repeating the command gets the answer again.
package protocol ReplySender: Sendable {
  /// Accepts replies, to be sent after earlier ones to the same queue. Returns at once.
  func send(_ replies: [PendingReply])

  /// Returns when all accepted replies are settled, or the task is cancelled.
  func waitUntilSettled() async

  /// Sends the accepted replies, until the task is cancelled.
  func run() async throws
}

extension ReplySender {
  /// The same for replies that need not be told apart.
  ///
  /// - Parameter settled: see ``PendingReply/settled``.
  package func send(_ replies: [OutboundMessage], settled: @escaping @Sendable (ReplyOutcome) -> Void) {
    send(replies.map { PendingReply($0, settled: settled) })
  }
}
