/// What the broker says when it is asked how it is.
package struct BrokerHealth: Sendable {
  package let missing: MissingConditions
  /// Nil where the queue could not be asked about.
  package let queue: QueueFigures?

  package init(missing: MissingConditions = MissingConditions([:]), queue: QueueFigures? = nil) {
    self.missing = missing
    self.queue = queue
  }
}
