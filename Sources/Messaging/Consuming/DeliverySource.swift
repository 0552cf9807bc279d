/// An acknowledgement as the broker takes it.
package struct Acknowledgement: Sendable, Equatable {
  package let tag: DeliveryTag
  /// Everything up to and with ``tag`` on its channel, not it alone.
  package let isMultiple: Bool

  package init(tag: DeliveryTag, isMultiple: Bool) {
    self.tag = tag
    self.isMultiple = isMultiple
  }
}

/// Port: where deliveries come from.
package protocol DeliverySource: ThreadBound {
  /// All that has arrived since the last call, in the order of arrival; waits while that is nothing.
  ///
  /// - Returns: an empty array once consuming was stopped and everything that arrived before was handed out.
  /// - Throws: when the connection, the channel or the consumer is gone, or the task is cancelled.
  func deliveries() async throws -> [Delivery]

  /// Tells the broker that deliveries are done with. Tags of another generation are dropped.
  func acknowledge(_ acknowledgements: [Acknowledgement]) async throws

  /// Returns when the broker has read all acknowledgements that were sent before.
  func confirmAcknowledgements() async throws

  /// Takes no more. What has arrived is still handed out by ``deliveries()``; what has not returns to its place in the
  /// queue.
  func stopConsuming() async throws
}
