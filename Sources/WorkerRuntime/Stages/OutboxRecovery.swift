import Failpoints
import Logging
import Messaging
import UnitOfWork

/// Publishes what an earlier session, of this worker or a previous one, committed but did not publish, in the order of
/// the outbox.
///
/// Replies are sent, too, possibly again, but not waited for: their entries are removed with the page.
struct OutboxRecovery {
  private static let pageCount = 64
  private static let pageBytes = 8 << 20

  let store: any UnitOfWorkStore
  let publisher: any MessagePublisher
  let replies: any ReplySender
  let probe: any WorkerProbe
  let logger: Logger

  /// Returns when the outbox is empty.
  func run() async throws {
    var total = 0
    while true {
      let entries = try await store.unpublished(limit: Self.pageCount, bytes: Self.pageBytes)
      guard !entries.isEmpty else { break }
      let messages = entries.flatMap(\.publications)
      try await publisher.publish(messages)
      replies.send(entries.flatMap(\.replies)) { [probe] in probe.observe(.replied($0)) }
      Failpoint.confirmed.hit()
      try await store.remove(entries.map(\.id))
      Failpoint.removed.hit()
      total += messages.count
      probe.observe(.recovered(messageCount: messages.count))
    }
    if total > 0 { logger.notice("messages left in the outbox were published", metadata: ["count": "\(total)"]) }
  }
}
