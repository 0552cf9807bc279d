import Coordination
import Logging
import Messaging

/// Makes a worker that has the lease wait, before it does anything, until the broker has released the previous worker,
/// too. The database may detect earlier than the broker that a worker is dead, frozen or cut off.
///
/// Two things must be free. First the right to publish, which the broker gives to one connection at a time: a worker
/// that wakes after being frozen must not publish what another worker publishes meanwhile. Second the queue: the
/// previous worker's unacknowledged messages are back in their place only when its consumer is gone; consuming before
/// that would yield later messages first, and execute a child's creation before its parent's.
struct Takeover {
  let broker: any BrokerSession
  let settings: WorkerSettings
  let status: WorkerStatus
  let drain: Signal<Void>
  let logger: Logger

  /// Waits for the right to publish.
  ///
  /// - Returns: false when the worker is to stop.
  func claimPublishing() async throws -> Bool {
    var hasSaidSo = false
    while !drain.isRaised, try await !broker.claimPublishing() {
      if !hasSaidSo { logger.notice("the previous worker still holds the right to publish; waiting for it to exit") }
      hasSaidSo = true
      try await wait()
    }
    return !drain.isRaised
  }

  /// Waits for the queue.
  ///
  /// - Returns: false when the worker is to stop.
  /// - Throws: ``MissingConditions`` if the broker can't tell for a long time whether the queue has a consumer: the
  ///   queue can't be consumed either, and another connection may lead to a node that knows more.
  func awaitQueue() async throws -> Bool {
    let patience = max(settings.takeoverPatience, broker.releaseTime)
    var (consumedSince, unknownSince): (ContinuousClock.Instant?, ContinuousClock.Instant?)
    while !drain.isRaised {
      switch try await broker.occupancy() {
      case .vacant: return true
      case .unknown(let reason):
        if unknownSince == nil { logger.notice("waiting for the command queue", metadata: ["reason": "\(reason)"]) }
        guard isRecent(&unknownSince, patience) else { throw MissingConditions(.consumer, reason) }
        try await wait(for: reason)
      case .consumed:
        if consumedSince == nil { logger.notice("the command queue still has a consumer; waiting for it to end") }
        guard isRecent(&consumedSince, patience) else {
          logger.warning("the command queue has another consumer; the order of commands can't be kept")
          return true
        }
        unknownSince = nil
        try await wait()
      }
    }
    return false
  }

  /// Notes the first time, and tells whether it is less than `patience` ago.
  private func isRecent(_ first: inout ContinuousClock.Instant?, _ patience: Duration) -> Bool {
    let start = first ?? .now
    first = start
    return ContinuousClock.now - start < patience
  }

  private func wait(for reason: String = "the broker has not released the previous worker") async throws {
    status.change(to: .connecting(missing: MissingConditions(.consumer, reason)))
    try await drain.wait(atMost: settings.takeoverInterval)
  }
}
