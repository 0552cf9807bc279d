package import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// What a committed transaction leaves to be done: nothing that could be lost, all of it is in the outbox too. And what
/// there is to tell of it.
package struct CommittedBatch: Sendable {
  /// Deliveries that may be acknowledged now.
  package let settled: [DeliveryTag]
  /// Tenants whose lines of parked commands have taken more than they are to.
  package let overfull: Set<TenantID>
  /// Letters by the deliveries that they are of.
  let letters: [ObjectIdentifier: ULID]
  /// Those of ``settled``.
  let settledLetters: [DeliveryTag: [ULID]]
  /// Those of parked commands, which were acknowledged long ago.
  let parkedLetters: [ULID]
  /// What to publish, in this order, replies last.
  package let entries: [OutboxEntry]

  /// What came of its messages.
  package let handled: [HandledMessage]
  /// The deliveries among them.
  package let deliveries: [CommittedDelivery]
  package let began: ContinuousClock.Instant
  package let ended: ContinuousClock.Instant

  /// What a sender says of when it has sent a command is measured by where it can be true: a clock that is ahead a little, a
  /// day in the queue. What lies beyond would be the sender's mistake in everybody's figures.
  private static let plausibleAges = Duration.seconds(-60)...Duration.seconds(86_400)

  /// How long it took, reruns included.
  package var duration: Duration { ended - began }
}

extension CommittedBatch {
  init(_ assignment: Assignment, _ run: BatchRun, ids: [OutboxID], began: ContinuousClock.Instant, at now: Timestamp) {
    let delivered = assignment.messages.filter { $0.parked == nil }
    settled = delivered.map(\.delivery.tag)
    overfull = run.overfull
    let letters = run.letters
    self.letters = letters
    settledLetters = letters.isEmpty
      ? [:]
      : Dictionary(
        delivered.compactMap { message in
          letters[ObjectIdentifier(message.delivery)].map { (message.delivery.tag, [$0]) }
        }
      ) { $0 + $1 }
    parkedLetters = assignment.messages.filter { $0.parked != nil }.compactMap { letters[ObjectIdentifier($0.delivery)] }
    entries = zip(ids, run.writeSet.outgoing).map { OutboxEntry(id: $0, messages: $1.messages) }
    handled = run.handled
    self.began = began
    ended = .now
    let sinceBegan = ended - began
    deliveries = delivered.map { message in
      CommittedDelivery(
        receivedAt: message.delivery.receivedAt, trace: message.trace,
        queue: message.sentAt.flatMap { sentAt in
          // The wall clock tells now, the steady one how long ago it arrived.
          let age = Duration.milliseconds(now.milliseconds - sentAt.milliseconds)
          guard Self.plausibleAges.contains(age) else { return nil }
          return max(.zero, age - sinceBegan - (began - message.delivery.receivedAt))
        })
    }
  }
}
