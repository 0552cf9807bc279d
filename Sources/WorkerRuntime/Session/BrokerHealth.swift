/// What a health check of the broker returns.
package struct BrokerHealth: Sendable {
  package let missing: MissingConditions
  /// Nil if the queue could not be queried.
  package let queue: QueueFigures?

  package init(missing: MissingConditions = MissingConditions([:]), queue: QueueFigures? = nil) {
    self.missing = missing
    self.queue = queue
  }
}
