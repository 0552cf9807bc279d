internal import Messaging

/// Logs which reply queues lose replies: once per queue and minute.
struct ReplyLog {
  struct Line: Equatable {
    let queue: String
    let outcome: String
    /// Replies to this queue lost since the last line about it.
    let count: Int
  }

  private struct Entry {
    var told: ContinuousClock.Instant
    var untold = 0
  }

  static let interval: Duration = .seconds(60)
  /// The most queues logged at a time. Replies lost by further queues are not logged, but still counted in the metrics.
  static let maximumQueues = 1024

  private var entries: [ShortString: Entry] = [:]

  mutating func line(about settlement: ReplyLedger.Settlement, at now: ContinuousClock.Instant) -> Line? {
    guard settlement.outcome != .delivered else { return nil }
    if var entry = entries[settlement.queue] {
      entry.untold += 1
      let isDue = now - entry.told >= Self.interval
      let count = entry.untold
      if isDue { entry = Entry(told: now) }
      entries[settlement.queue] = entry
      return isDue ? line(settlement, count) : nil
    }
    if entries.count >= Self.maximumQueues { entries = entries.filter { now - $0.value.told < Self.interval } }
    guard entries.count < Self.maximumQueues else { return nil }
    entries[settlement.queue] = Entry(told: now)
    return line(settlement, 1)
  }

  private func line(_ settlement: ReplyLedger.Settlement, _ count: Int) -> Line {
    Line(
      queue: String(decoding: settlement.queue.bytes, as: UTF8.self), outcome: settlement.outcome.rawValue, count: count
    )
  }
}
