/// An acknowledgement as it is sent to the broker.
package struct Acknowledgement: Sendable, Equatable {
  package let tag: DeliveryTag
  /// Covers every delivery up to and including ``tag`` on its channel, not only that one.
  package let isMultiple: Bool

  package init(tag: DeliveryTag, isMultiple: Bool) {
    self.tag = tag
    self.isMultiple = isMultiple
  }
}

/// Port: where deliveries come from.
package protocol DeliverySource: ThreadBound {
  /// The next deliveries in order of arrival: those that have arrived, or the oldest of them if there are too many to
  /// hand out at once. Waits while there are none.
  ///
  /// - Returns: an empty array once consuming has stopped and everything that had arrived by then was handed out.
  /// - Throws: when the connection, the channel or the consumer is gone, or the task is cancelled.
  func deliveries() async throws -> [Delivery]

  /// Tells the broker that deliveries have been handled. Tags of another generation are dropped.
  func acknowledge(_ acknowledgements: [Acknowledgement]) async throws

  /// Returns when the broker has read all acknowledgements that were sent before.
  func confirmAcknowledgements() async throws

  /// Takes no more deliveries. Those that have arrived are still handed out by ``deliveries()``; later ones return to
  /// their place in the queue when the connection ends.
  func stopConsuming() async throws
}
