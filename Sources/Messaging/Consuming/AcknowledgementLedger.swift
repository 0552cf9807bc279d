/// Which deliveries of a channel are settled, and what may therefore be acknowledged.
///
/// Deliveries arrive in the order of their tags and are settled in any order. The broker is told about the longest
/// settled prefix in one acknowledgement, so nothing unsettled is ever acknowledged with it, and a batch costs one
/// frame, however large it is.
///
/// Invariants: an acknowledgement covers settled deliveries only; every settled delivery is covered by exactly one
/// acknowledgement, once all deliveries before it are settled; nothing of an older channel generation is ever
/// acknowledged.
package struct AcknowledgementLedger: Sendable {
  private struct Entry {
    let number: UInt64
    /// How many parts of the delivery are not settled.
    var openParts: Int

    var isSettled: Bool { openParts == 0 }
  }

  private var generation: UInt64 = 0
  /// Ascending by number. Entries before `head` are acknowledged; they are removed in bulk.
  private var entries: [Entry] = []
  private var head = 0

  /// Unsettled deliveries: a drain is over when there are none.
  package private(set) var unsettledCount = 0

  /// Unacknowledged deliveries.
  package var unacknowledgedCount: Int { entries.count - head }

  package init() {}

  /// Records the arrival of a delivery. The first one of a newer generation makes all older ones void: their channel is
  /// gone, and the broker delivers them again. A delivery of an older generation, or out of order, is ignored.
  ///
  /// - Parameter parts: how often the delivery must be settled: once for each element that it holds.
  package mutating func delivered(_ tag: DeliveryTag, parts: Int = 1) {
    if tag.generation > generation {
      self = AcknowledgementLedger()
      generation = tag.generation
    }
    guard tag.generation == generation, tag.number > (entries.last?.number ?? 0) else { return }
    entries.append(Entry(number: tag.number, openParts: max(1, parts)))
    unsettledCount += 1
  }

  /// Records that deliveries, or parts of them, are settled: their effects are durable.
  ///
  /// Tags of another generation, unknown ones and those already settled change nothing.
  ///
  /// - Returns: the acknowledgement to send now, or nil while an earlier delivery is not settled.
  package mutating func settled(_ tags: some Sequence<DeliveryTag>) -> Acknowledgement? {
    for tag in tags where tag.generation == generation { settle(tag.number) }
    return takePrefix()
  }

  private mutating func settle(_ number: UInt64) {
    guard let index = index(of: number), !entries[index].isSettled else { return }
    entries[index].openParts -= 1
    if entries[index].isSettled { unsettledCount -= 1 }
  }

  private mutating func takePrefix() -> Acknowledgement? {
    let start = head
    while head < entries.count, entries[head].isSettled { head += 1 }
    guard head > start else { return nil }
    let last = entries[head - 1].number
    let isMultiple = head - start > 1
    forgetAcknowledged()
    return Acknowledgement(tag: DeliveryTag(generation: generation, number: last), isMultiple: isMultiple)
  }

  /// Removes the acknowledged entries once they are the majority, so that the cost per delivery stays constant.
  private mutating func forgetAcknowledged() {
    guard head * 2 > entries.count else { return }
    // The last entry stays: a later delivery is out of order unless its number is greater.
    let count = min(head, entries.count - 1)
    entries.removeFirst(count)
    head -= count
  }

  private func index(of number: UInt64) -> Int? {
    var low = head
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].number == number ? low : nil
  }
}
