package import UnitOfWork

/// What a session has in hand.
package struct SessionFigures: Sendable {
  /// Deliveries that were taken from the connection and are not acknowledged.
  package let unacknowledged: Int
  /// Those of them that wait for a transaction.
  package let waiting: Int
  package let lines: [ParkedLine]
  /// Entries of the outbox that were committed by the session and are not confirmed by the broker.
  package let unpublished: Int

  package init(unacknowledged: Int, waiting: Int, lines: [ParkedLine], unpublished: Int = 0) {
    self.unpublished = unpublished
    self.unacknowledged = unacknowledged
    self.waiting = waiting
    self.lines = lines
  }
}

/// What the broker says of the queue of commands.
package struct QueueFigures: Sendable, Equatable {
  package let messages: Int
  package let consumers: Int

  package init(messages: Int, consumers: Int) {
    self.messages = messages
    self.consumers = consumers
  }
}
