import MessageContract
import Messaging
import WorkspaceApplication
import WorkspaceDomain

/// A query to be answered before it expires. A class, because it is passed from stage to stage.
final class ReceivedQuery: Sendable {
  let delivery: Delivery
  let content: DecodedQuery
  /// When it expires.
  let deadline: ContinuousClock.Instant
  /// The intake that acknowledges it.
  let intake: QueryIntake

  init(_ content: DecodedQuery, _ delivery: Delivery, deadline: ContinuousClock.Instant, intake: QueryIntake) {
    self.content = content
    self.delivery = delivery
    self.deadline = deadline
    self.intake = intake
  }

  var tenantID: TenantID { content.context.tenantID }
  var age: Duration { delivery.receivedAt.duration(to: .now) }
  func isExpired(at now: ContinuousClock.Instant) -> Bool { now >= deadline }

  /// How long after its arrival it may wait for a replica: `limit`, but no longer than half of its time, so that the
  /// primary can answer in the other half.
  func longestWait(_ limit: Duration) -> Duration { min(limit, delivery.receivedAt.duration(to: deadline) / 2) }

  /// Whether it has waited for a replica as long as it may.
  func hasWaited(_ limit: Duration, at now: ContinuousClock.Instant) -> Bool {
    delivery.receivedAt + longestWait(limit) <= now
  }

  /// Its size in bytes, for the limits of a batch: the query itself, and the largest possible answer.
  var size: Int { delivery.size + content.query.largestAnswer * ReceivedMessage.workspaceBytes }
}

extension Delivery {
  /// When the message expires: after the sender's `expiration` or `timeout`, whichever is shorter, both counted from
  /// the arrival here, because the time spent in the queue is unknown.
  func deadline(timeout: Duration) -> ContinuousClock.Instant {
    let given = properties.expiration?.text.flatMap { Int64($0) }.map { Duration.milliseconds(max(0, $0)) }
    return receivedAt + min(given ?? timeout, timeout)
  }
}
