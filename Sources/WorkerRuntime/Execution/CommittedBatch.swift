package import DeliveryPipeline
package import UnitOfWork

/// What a committed transaction leaves to be done: nothing that could be lost, all of it is in the outbox too.
package struct CommittedBatch: Sendable {
  /// Deliveries that may be acknowledged now.
  package let settled: [DeliveryTag]
  /// Deliveries that may be acknowledged when the messages are confirmed: those of dead letters, which must have
  /// arrived before their original leaves the broker.
  package let settledByPublication: [DeliveryTag]
  /// Messages of which nothing was committed, because their tenant's line is full.
  package let held: [ReceivedMessage]
  /// What to publish, in this order.
  package let entries: [OutboxEntry]
}

extension CommittedBatch {
  init(_ assignment: Assignment, _ run: BatchRun, ids: [OutboxID]) {
    let held = Set(run.held.map(ObjectIdentifier.init))
    let delivered = assignment.messages.filter { $0.parked == nil && !held.contains(ObjectIdentifier($0)) }
    let isDeadLetter = { (message: ReceivedMessage) in
      message.command == nil || assignment.verdict?.isDeadLetter == true
    }
    settled = delivered.filter { !isDeadLetter($0) }.map(\.delivery.tag)
    settledByPublication = delivered.filter(isDeadLetter).map(\.delivery.tag)
    self.held = run.held
    entries = zip(ids, run.writeSet.outbox).map { OutboxEntry(id: $0, messages: $1.messages) }
  }
}
