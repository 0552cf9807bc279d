/// Tracks the settled deliveries of a channel, and acknowledges each as soon as it is settled, in any order. Those
/// settled together share one acknowledgement if no unsettled delivery precedes them.
///
/// Invariants: an acknowledgement covers only settled deliveries, and names one that no earlier acknowledgement has
/// covered; nothing of an older channel generation is ever acknowledged.
package struct ScatteredAcknowledgements: Sendable {
  private var generation: UInt64 = 0
  /// Ascending. Those before index `head` are settled, and so are those in ``settled``.
  private var numbers: [UInt64] = []
  private var head = 0
  /// Settled numbers from `head` on.
  private var settled: Set<UInt64> = []

  package init() {}

  /// The number of unsettled deliveries.
  package var unsettledCount: Int { numbers.count - head - settled.count }

  /// Records a delivery. The first one of a newer generation voids all older ones; one of an older generation, or out
  /// of order, is ignored.
  package mutating func delivered(_ tag: DeliveryTag) {
    if tag.generation > generation {
      self = ScatteredAcknowledgements()
      generation = tag.generation
    }
    guard tag.generation == generation, tag.number > (numbers.last ?? 0) else { return }
    numbers.append(tag.number)
  }

  /// Settles deliveries. Tags that are of another generation, unknown or settled already are ignored.
  ///
  /// - Returns: the acknowledgements to send now, in this order.
  package mutating func settle(_ tags: some Sequence<DeliveryTag>) -> [Acknowledgement] {
    var fresh: [UInt64] = []
    for tag in tags where tag.generation == generation && isUnsettled(tag.number) {
      settled.insert(tag.number)
      fresh.append(tag.number)
    }
    advance()
    let covered = head == 0 ? 0 : numbers[head - 1]
    let prefix = fresh.filter { $0 <= covered }
    var acknowledgements = prefix.max().map { [acknowledgement($0, isMultiple: prefix.count > 1)] } ?? []
    acknowledgements += fresh.filter { $0 > covered }.map { acknowledgement($0, isMultiple: false) }
    forget()
    return acknowledgements
  }

  private func acknowledgement(_ number: UInt64, isMultiple: Bool) -> Acknowledgement {
    Acknowledgement(tag: DeliveryTag(generation: generation, number: number), isMultiple: isMultiple)
  }

  private mutating func advance() {
    while head < numbers.count, settled.remove(numbers[head]) != nil { head += 1 }
  }

  private func isUnsettled(_ number: UInt64) -> Bool {
    guard !settled.contains(number) else { return false }
    var (low, high) = (head, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && numbers[low] == number
  }

  /// Removes settled numbers once they are the larger part. The last number stays, to detect deliveries out of order.
  private mutating func forget() {
    guard head * 2 > numbers.count else { return }
    let count = min(head, numbers.count - 1)
    numbers.removeFirst(count)
    head -= count
  }
}
