/// An acknowledgement as the broker takes it.
package struct Acknowledgement: Sendable, Equatable {
  package let tag: DeliveryTag
  /// Everything up to and including ``tag`` on its channel, not only that one.
  package let isMultiple: Bool

  package init(tag: DeliveryTag, isMultiple: Bool) {
    self.tag = tag
    self.isMultiple = isMultiple
  }
}

/// Port: where deliveries come from.
package protocol DeliverySource: ThreadBound {
  /// All that has arrived since the last call, in order of arrival; waits while there is nothing.
  ///
  /// - Returns: an empty array once consuming has stopped and everything that arrived before was handed out.
  /// - Throws: when the connection, the channel or the consumer is gone, or the task is cancelled.
  func deliveries() async throws -> [Delivery]

  /// Tells the broker that deliveries have been handled. Tags of another generation are dropped.
  func acknowledge(_ acknowledgements: [Acknowledgement]) async throws

  /// Returns when the broker has read all acknowledgements that were sent before.
  func confirmAcknowledgements() async throws

  /// Takes no more deliveries. Those that have arrived are still handed out by ``deliveries()``; the others return to
  /// their place in the queue.
  func stopConsuming() async throws
}
