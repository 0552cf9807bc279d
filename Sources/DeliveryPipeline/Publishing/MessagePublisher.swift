/// Port: where messages go.
package protocol MessagePublisher: Sendable {
  /// Publishes in order and returns when the broker has confirmed every one of them.
  ///
  /// - Throws: when that can't be had. Any of the messages may have been published then, and may be published again:
  ///   their message ids are stable.
  func publish(_ messages: [OutboundMessage]) async throws
}
