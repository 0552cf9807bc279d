import Failpoints
import Messaging
import Synchronization
import UnitOfWork

/// The messages of a committed transaction.
struct Publication: Sendable {
  let messages: [AMQPMessage]
  let entries: [OutboxID]
  let replies: [AMQPMessage]
  let replyEntries: [OutboxID]
  let bytes: Int
  /// What is reported once it is confirmed.
  private let deliveries: [CommittedDelivery]
  private let began: ContinuousClock.Instant
  private let committed: ContinuousClock.Instant

  init(_ batch: CommittedBatch) {
    // Replies come last: see WriteSet.outgoing.
    let ofReplies = batch.entries.firstIndex { $0.messages.first?.isReply ?? false } ?? batch.entries.endIndex
    messages = batch.entries[..<ofReplies].flatMap(\.messages)
    entries = batch.entries[..<ofReplies].map(\.id)
    replies = batch.entries[ofReplies...].flatMap(\.messages)
    replyEntries = batch.entries[ofReplies...].map(\.id)
    bytes = batch.entries.reduce(0) { $0 + $1.messages.reduce(0) { $0 + $1.size } }
    deliveries = batch.deliveries
    began = batch.began
    committed = batch.ended
  }

  /// - Parameters:
  ///   - submitted: when the messages were submitted.
  ///   - confirmed: when the broker had confirmed the last of them.
  func report(submitted: ContinuousClock.Instant, confirmed: ContinuousClock.Instant) -> PublicationReport {
    PublicationReport(
      messageCount: messages.count, duration: confirmed - submitted,
      latencies: deliveries.map { delivery in
        DeliveryLatency(
          queue: delivery.queue, batch: began - delivery.receivedAt, commit: committed - began,
          publish: confirmed - committed, trace: delivery.trace)
      })
  }
}

/// Stage 3: publishes what is committed, with publisher confirms. While one publication is being confirmed, the next is
/// already on its way, so that broker and worker never wait for each other.
struct PublishStage {
  let input: BatchChannel<Publication>
  let publisher: any MessagePublisher
  let replies: any ReplySender
  let confirmed: ConfirmedEntries
  let probe: any WorkerProbe

  private struct Submission {
    let publication: Publication
    let confirmation: any PublisherConfirmation
    let submitted: ContinuousClock.Instant
  }

  /// Has no room: the submitter waits until its publication is the one whose confirms are awaited.
  private let submissions = BatchChannel<Submission>(
    limits: .init(count: 1, bytes: .max), room: .init(count: 0, bytes: .max))

  init(
    input: BatchChannel<Publication>, publisher: any MessagePublisher, replies: any ReplySender,
    confirmed: ConfirmedEntries, probe: any WorkerProbe
  ) {
    self.input = input
    self.publisher = publisher
    self.replies = replies
    self.confirmed = confirmed
    self.probe = probe
  }

  /// Runs until the input is finished, and everything published is confirmed, or settled if it is a reply.
  func run() async throws {
    try await withThrowingTaskGroup { group in
      group.addTask(executorPreference: publisher.taskExecutor) { try await submit() }
      group.addTask(executorPreference: publisher.taskExecutor) { try await settle() }
      for try await _ in group {}
    }
    await replies.waitUntilSettled()
  }

  private func submit() async throws {
    while let batch = try await input.take() {
      for publication in batch.elements {
        let submitted = ContinuousClock.now
        let confirmation = try await publisher.submit(publication.messages)
        let submission = Submission(publication: publication, confirmation: confirmation, submitted: submitted)
        // Only now: no reply may precede a result or an event.
        reply(publication)
        try await submissions.send([submission]) { $0.publication.bytes }
      }
    }
    submissions.finish()
  }

  /// Sends the replies. Their outbox entries can be removed once each reply is settled, whatever its outcome.
  private func reply(_ publication: Publication) {
    guard !publication.replies.isEmpty else { return }
    let unsettled = Unsettled(count: publication.replies.count)
    replies.send(publication.replies) { [confirmed, probe] outcome in
      probe.observe(.replied(outcome))
      if unsettled.settleOne() { confirmed.add(publication.replyEntries) }
    }
  }

  private func settle() async throws {
    while let batch = try await submissions.take() {
      for submission in batch.elements {
        try await submission.confirmation.wait()
        Failpoint.confirmed.hit()
        confirmed.add(submission.publication.entries)
        probe.observe(.published(submission.publication.report(submitted: submission.submitted, confirmed: .now)))
      }
    }
  }
}

/// Counts the unsettled replies of a transaction.
final class Unsettled: Sendable {
  private let count: Atomic<Int>

  init(count: Int) { self.count = Atomic(count) }

  /// - Returns: whether it was the last one.
  func settleOne() -> Bool { count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
