import MessageContract
import Messaging
import WorkspaceApplication
import WorkspaceDomain

/// A query that somebody waits for: passed from hand to hand, so a class.
final class ReceivedQuery: Sendable {
  let delivery: Delivery
  let content: DecodedQuery
  /// When nobody waits for it any more.
  let deadline: ContinuousClock.Instant
  /// Who acknowledges it.
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

  /// What it counts for where a batch is bounded: its own bytes, and those that its answer may have.
  var size: Int { delivery.size + content.query.largestAnswer * ReceivedMessage.workspaceBytes }
}

extension Delivery {
  /// When nobody waits for an answer any longer: the time that the sender gave it was over, or `timeout`, both from its
  /// arrival here on, for how long it was in the queue nobody says.
  func deadline(timeout: Duration) -> ContinuousClock.Instant {
    let given = properties.expiration?.text.flatMap { Int64($0) }.map { Duration.milliseconds(max(0, $0)) }
    return receivedAt + min(given ?? timeout, timeout)
  }
}
