/// Port: sends replies, the copies of results that a command asks for in `reply_to`.
///
/// The sender of a command chooses the queue, which may be full, gone, or silent. So replies take a separate path,
/// where a bounded number wait for a bounded time and hold up nothing else. Losing a reply doesn't lose a result: the
/// same bytes are published to the exchange of results, and repeating the command gets the answer again.
package protocol ReplySender: Sendable {
  /// Accepts replies, to be sent after earlier ones to the same queue. Returns at once.
  func send(_ replies: [PendingReply])

  /// Returns when all accepted replies are settled, the task is cancelled, or the longest time of a reply has passed:
  /// the worker that later finds unsettled replies in the outbox sends them.
  func waitUntilSettled() async

  /// Sends the accepted replies, until the task is cancelled.
  func run() async throws
}

extension ReplySender {
  /// Accepts replies that share one callback for their outcomes.
  ///
  /// - Parameter settled: see ``PendingReply/settled``; called once per reply.
  package func send(_ replies: [AMQPMessage], settled: @escaping @Sendable (ReplyOutcome) -> Void) {
    send(replies.map { PendingReply($0, settled: settled) })
  }
}
