package import DeliveryPipeline
package import UnitOfWork
import WorkspaceDomain

/// What a committed transaction leaves to be done: nothing that could be lost, all of it is in the outbox too. And what
/// there is to tell of it.
package struct CommittedBatch: Sendable {
  /// Deliveries that may be acknowledged now.
  package let settled: [DeliveryTag]
  /// Messages of which nothing was committed, because their tenant's line is full.
  package let held: [ReceivedMessage]
  /// What to publish, in this order.
  package let entries: [OutboxEntry]

  /// What came of its messages.
  package let handled: [HandledMessage]
  /// The deliveries among them.
  package let deliveries: [CommittedDelivery]
  package let began: ContinuousClock.Instant
  package let ended: ContinuousClock.Instant

  /// How long it took, reruns included.
  package var duration: Duration { ended - began }
}

extension CommittedBatch {
  init(_ assignment: Assignment, _ run: BatchRun, ids: [OutboxID], began: ContinuousClock.Instant, at now: Timestamp) {
    let held = Set(run.held.map(ObjectIdentifier.init))
    let delivered = assignment.messages.filter { $0.parked == nil && !held.contains(ObjectIdentifier($0)) }
    settled = delivered.map(\.delivery.tag)
    self.held = run.held
    entries = zip(ids, run.writeSet.outbox).map { OutboxEntry(id: $0, messages: $1.messages) }
    handled = run.handled
    self.began = began
    ended = .now
    let sinceBegan = ended - began
    deliveries = delivered.map { message in
      CommittedDelivery(
        receivedAt: message.delivery.receivedAt, trace: message.trace,
        queue: message.sentAt.map { sentAt in
          // The wall clock tells now, the steady one how long ago it arrived.
          let age = Duration.milliseconds(now.milliseconds - sentAt.milliseconds)
          return max(.zero, age - sinceBegan - (began - message.delivery.receivedAt))
        })
    }
  }
}
