/// Port: where messages go.
package protocol MessagePublisher: ThreadBound {
  /// Takes messages over, to be published in order, behind those of the calls before. For each exchange: a publisher may
  /// keep no order between messages to different ones.
  ///
  /// - Returns: at once, with what tells when the broker has confirmed them: so the next ones can be on their way
  ///   while these are confirmed.
  /// - Throws: when nothing can be published any more.
  func submit(_ messages: [OutboundMessage]) async throws -> any PublisherConfirmation
}

/// The broker's word that it has taken responsibility for messages, which is still to come.
package protocol PublisherConfirmation: Sendable {
  /// Returns when the broker has confirmed every one of them. To be called once.
  ///
  /// - Throws: when that can't be had. Any of the messages may have been published then, and may be published again:
  ///   their message ids are stable. On cancellation `CancellationError`.
  func wait() async throws
}

extension MessagePublisher {
  /// Publishes in order and returns when the broker has confirmed every message.
  ///
  /// - Throws: as ``submit(_:)`` and ``PublisherConfirmation/wait()``.
  package func publish(_ messages: [OutboundMessage]) async throws { try await submit(messages).wait() }
}
