/// Port: where messages go.
package protocol MessagePublisher: ThreadBound {
  /// Accepts messages to be published in order, after those of earlier calls. The order holds per exchange: a publisher
  /// need not keep an order between messages to different exchanges.
  ///
  /// - Returns: without waiting for confirms: the confirmation to wait for. So the next messages can be on their way
  ///   while these are confirmed.
  /// - Throws: if nothing can be published any more.
  func submit(_ messages: [AMQPMessage]) async throws -> any PublisherConfirmation
}

/// The broker's pending confirmation that it has taken responsibility for messages.
package protocol PublisherConfirmation: Sendable {
  /// Returns when the broker has confirmed every message. To be called once.
  ///
  /// - Throws: if no confirm can be obtained. Any of the messages may then have been published, and may be published
  ///   again: their message ids are stable. On cancellation, `CancellationError`.
  func wait() async throws
}

extension MessagePublisher {
  /// Publishes in order and returns when the broker has confirmed every message.
  ///
  /// - Throws: what ``submit(_:)`` and ``PublisherConfirmation/wait()`` throw.
  package func publish(_ messages: [AMQPMessage]) async throws { try await submit(messages).wait() }
}
