import Failpoints
import Logging
import Messaging
import UnitOfWork

/// Publishes what an earlier session, of this worker or a previous one, committed but did not publish, in the order of
/// the outbox.
///
/// Replies are sent, too, possibly again, but not waited for: their entries are removed once they are settled.
struct OutboxRecovery {
  private static let pageCount = 64
  private static let pageBytes = 8 << 20

  let store: any UnitOfWorkStore
  let publisher: any MessagePublisher
  let replies: any ReplySender
  let confirmed: ConfirmedEntries
  let probe: any WorkerProbe
  let logger: Logger

  /// Returns when the outbox holds only replies that are being sent.
  func run() async throws {
    var total = 0
    var last: OutboxID?
    while true {
      let entries = try await store.unpublished(after: last, limit: Self.pageCount, bytes: Self.pageBytes)
      guard let end = entries.last?.id else { break }
      last = end
      let messages = entries.flatMap(\.publications)
      try await publisher.publish(messages)
      for entry in entries { reply(entry) }
      Failpoint.confirmed.hit()
      try await store.remove(entries.filter(\.replies.isEmpty).map(\.id))
      Failpoint.removed.hit()
      total += messages.count
      probe.observe(.recovered(messageCount: messages.count))
    }
    if total > 0 { logger.notice("messages left in the outbox were published", metadata: ["count": "\(total)"]) }
  }

  private func reply(_ entry: OutboxEntry) {
    guard !entry.replies.isEmpty else { return }
    let unsettled = Unsettled(count: entry.replies.count)
    confirmed.expect(1)
    replies.send(entry.replies) { [confirmed, probe] outcome in
      probe.observe(.replied(outcome))
      if unsettled.settleOne() { confirmed.add([entry.id]) }
    }
  }
}
