package import Messaging
package import UnitOfWork
package import WorkspaceDomain

/// What remains to be done after a committed transaction, and what is reported about it. None of the work can be lost:
/// unpublished messages are in the outbox, and unacknowledged deliveries are redelivered.
package struct CommittedBatch: Sendable {
  /// Deliveries that may be acknowledged now.
  package let settled: [DeliveryTag]
  /// Whether the first message was carried out only in part; then none of the messages is settled.
  package let isUnfinished: Bool
  /// Messages that had killed processes, and are settled now.
  let survived: [FatalMessages.BodyHash]
  /// Tenants whose lines of parked commands have exceeded their limit.
  package let overfull: Set<TenantID>
  /// The letters, by the identity of their messages; for messages that the broker dead-lettered, of their deliveries.
  let letters: [ObjectIdentifier: ULID]
  /// The letters of ``settled`` deliveries.
  let settledLetters: [DeliveryTag: [ULID]]
  /// The letters of parked commands, whose deliveries were acknowledged long ago.
  let parkedLetters: [ULID]
  /// What to publish, in this order, replies last.
  package let entries: [OutboxEntry]

  /// The outcomes of its messages.
  package let handled: [HandledMessage]
  /// The settled deliveries, for reports.
  package let deliveries: [CommittedDelivery]
  package let began: ContinuousClock.Instant
  package let ended: ContinuousClock.Instant

  /// The ages at which a sender's timestamp is plausible: from a minute in the future, by a clock slightly ahead, to a
  /// day in the queue. Any other timestamp is ignored, so that a sender's mistake does not distort all figures.
  private static let plausibleAges = Duration.seconds(-60)...Duration.seconds(86_400)

  /// How long the batch took, reruns included.
  package var duration: Duration { ended - began }
}

extension CommittedBatch {
  init(_ assignment: Assignment, _ run: BatchRun, ids: [OutboxID], began: ContinuousClock.Instant, at now: Timestamp) {
    isUnfinished = run.isUnfinished
    let messages = run.isUnfinished ? [] : assignment.messages
    let delivered = messages.compactMap { message in message.delivery.map { (message: message, delivery: $0) } }
    settled = delivered.map(\.delivery.tag)
    overfull = run.overfull
    survived = run.writeSet.survived
    let letters = run.letters
    self.letters = letters
    settledLetters =
      letters.isEmpty
      ? [:]
      : Dictionary(
        delivered.compactMap { message, delivery in letters[ObjectIdentifier(message)].map { (delivery.tag, [$0]) } }
      ) { $0 + $1 }
    parkedLetters = messages.filter { $0.parked != nil }.compactMap { letters[ObjectIdentifier($0)] }
    entries = zip(ids, run.writeSet.outgoing).map { OutboxEntry(id: $0, messages: $1.messages) }
    handled = run.handled
    self.began = began
    ended = .now
    let sinceBegan = ended - began
    deliveries = delivered.map { message, delivery in
      CommittedDelivery(
        receivedAt: delivery.receivedAt, trace: message.trace,
        queue: message.sentAt.flatMap { sentAt in
          // The wall clock gives the current time, the monotonic one how long ago the delivery arrived.
          let age = Duration.milliseconds(now.milliseconds - sentAt.milliseconds)
          guard Self.plausibleAges.contains(age) else { return nil }
          return max(.zero, age - sinceBegan - (began - delivery.receivedAt))
        })
    }
  }
}
