package import UnitOfWork

/// A session's work in progress.
package struct SessionFigures: Sendable {
  /// Deliveries taken from the connection but not acknowledged.
  package let unacknowledged: Int
  /// Requests that wait for a transaction: a delivery that holds several commands counts once for each.
  package let waiting: Int
  package let lines: [ParkedLine]
  /// Outbox entries committed by the session but not confirmed by the broker.
  package let unpublished: Int

  package init(unacknowledged: Int, waiting: Int, lines: [ParkedLine], unpublished: Int = 0) {
    self.unpublished = unpublished
    self.unacknowledged = unacknowledged
    self.waiting = waiting
    self.lines = lines
  }
}

/// What the broker reports about the queue of commands.
package struct QueueFigures: Sendable, Equatable {
  package let messages: Int
  package let consumers: Int

  package init(messages: Int, consumers: Int) {
    self.messages = messages
    self.consumers = consumers
  }
}
