package import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// What remains to be done after a committed transaction: nothing that could be lost, since all of it is in the outbox
/// too. And what is reported about it.
package struct CommittedBatch: Sendable {
  /// Deliveries that may be acknowledged now.
  package let settled: [DeliveryTag]
  /// Its first message is carried out in part, and none is done with.
  package let isUnfinished: Bool
  /// Tenants whose lines of parked commands have exceeded their limit.
  package let overfull: Set<TenantID>
  /// Letters by their deliveries.
  let letters: [ObjectIdentifier: ULID]
  /// Those of ``settled``.
  let settledLetters: [DeliveryTag: [ULID]]
  /// Those of parked commands, which were acknowledged long ago.
  let parkedLetters: [ULID]
  /// What to publish, in this order, replies last.
  package let entries: [OutboxEntry]

  /// The outcomes of its messages.
  package let handled: [HandledMessage]
  /// The deliveries among them.
  package let deliveries: [CommittedDelivery]
  package let began: ContinuousClock.Instant
  package let ended: ContinuousClock.Instant

  /// A sender's time of sending is used only if plausible: a clock slightly ahead, a day in the queue. Anything beyond
  /// would put the sender's mistake into everybody's figures.
  private static let plausibleAges = Duration.seconds(-60)...Duration.seconds(86_400)

  /// How long it took, reruns included.
  package var duration: Duration { ended - began }
}

extension CommittedBatch {
  init(_ assignment: Assignment, _ run: BatchRun, ids: [OutboxID], began: ContinuousClock.Instant, at now: Timestamp) {
    isUnfinished = run.isUnfinished
    let messages = run.isUnfinished ? [] : assignment.messages
    let delivered = messages.filter { $0.parked == nil }
    settled = delivered.map(\.delivery.tag)
    overfull = run.overfull
    let letters = run.letters
    self.letters = letters
    settledLetters =
      letters.isEmpty
      ? [:]
      : Dictionary(
        delivered.compactMap { message in
          letters[ObjectIdentifier(message.delivery)].map { (message.delivery.tag, [$0]) }
        }
      ) { $0 + $1 }
    parkedLetters = messages.filter { $0.parked != nil }.compactMap {
      letters[ObjectIdentifier($0.delivery)]
    }
    entries = zip(ids, run.writeSet.outgoing).map { OutboxEntry(id: $0, messages: $1.messages) }
    handled = run.handled
    self.began = began
    ended = .now
    let sinceBegan = ended - began
    deliveries = delivered.map { message in
      CommittedDelivery(
        receivedAt: message.delivery.receivedAt, trace: message.trace,
        queue: message.sentAt.flatMap { sentAt in
          // The wall clock gives the current time, the monotonic one how long ago it arrived.
          let age = Duration.milliseconds(now.milliseconds - sentAt.milliseconds)
          guard Self.plausibleAges.contains(age) else { return nil }
          return max(.zero, age - sinceBegan - (began - message.delivery.receivedAt))
        })
    }
  }
}
