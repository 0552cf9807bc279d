import Synchronization
import UnitOfWork

/// Outbox entries whose messages are confirmed, or whose replies are settled, waiting for a transaction to remove them.
final class ConfirmedEntries: Sendable {
  private let entries = Mutex<[OutboxID]>([])
  private let unconfirmed = Mutex(0)
  /// One element is enough to signal that there are some.
  private let arrivals: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() {
    (arrivals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var isEmpty: Bool { entries.withLock { $0.isEmpty } }

  /// How many entries are committed but neither confirmed nor settled.
  var unconfirmedCount: Int { unconfirmed.withLock { $0 } }

  /// Counts entries that are committed and will be published.
  func expect(_ count: Int) { unconfirmed.withLock { $0 += count } }

  func add(_ ids: [OutboxID]) {
    unconfirmed.withLock { $0 -= ids.count }
    entries.withLock { $0 += ids }
    continuation.yield()
  }

  /// Returns all of them, and forgets them.
  func take() -> [OutboxID] {
    entries.withLock { entries in
      defer { entries = [] }
      return entries
    }
  }

  /// Calls `sweep` whenever some have waited for `delay`, until the task is cancelled.
  func watch(delay: Duration, sweep: () -> Void) async throws {
    for await _ in arrivals {
      try await Task.sleep(for: delay)
      if !isEmpty { sweep() }
    }
  }
}
