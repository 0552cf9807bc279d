package import DeliveryPipeline
package import UnitOfWork

/// What a committed transaction leaves to be done: nothing that could be lost, all of it is in the outbox too.
package struct CommittedBatch: Sendable {
  /// Deliveries that may be acknowledged now.
  package let settled: [DeliveryTag]
  /// Messages of which nothing was committed, because their tenant's line is full.
  package let held: [ReceivedMessage]
  /// What to publish, in this order.
  package let entries: [OutboxEntry]
}

extension CommittedBatch {
  init(_ assignment: Assignment, _ run: BatchRun, ids: [OutboxID]) {
    let held = Set(run.held.map(ObjectIdentifier.init))
    settled = assignment.messages.filter { $0.parked == nil && !held.contains(ObjectIdentifier($0)) }.map(\.delivery.tag)
    self.held = run.held
    entries = zip(ids, run.writeSet.outbox).map { OutboxEntry(id: $0, messages: $1.messages) }
  }
}
