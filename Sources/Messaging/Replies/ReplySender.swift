/// Port: where replies go, the copies of results that a command asks for by `reply_to`.
///
/// A sender chooses the queue, and the queue may be full, gone, or silent. So a reply has a way of its own, on which it waits for
/// a bounded time, among a bounded number, and holds up nothing else. That it is lost is no loss of a result: the same
/// bytes are on the exchange of results, and the same command again is answered again.
package protocol ReplySender: Sendable {
  /// Takes replies over, to be sent behind those to the same queue before. Returns at once.
  ///
  /// - Parameter settled: called once for each reply, in no certain order and on any thread; a reply is settled when its
  ///   time is over at the latest.
  func send(_ replies: [OutboundMessage], settled: @escaping @Sendable (ReplyOutcome) -> Void)

  /// Returns when nothing is left that was taken over, or the task is cancelled.
  func waitUntilSettled() async

  /// Sends what is taken over, until the task is cancelled.
  func run() async throws
}
