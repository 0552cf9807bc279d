/// Which deliveries of a channel are settled, where none waits for another: each is acknowledged when it is settled,
/// several that have none unsettled before them in one.
///
/// Invariants: an acknowledgement covers settled deliveries only, and names one that no acknowledgement before it has
/// covered; nothing of an older channel generation is ever acknowledged.
package struct ScatteredAcknowledgements: Sendable {
  private var generation: UInt64 = 0
  /// Ascending by number; all before `head` are settled, and so are those of ``settled``.
  private var numbers: [UInt64] = []
  private var head = 0
  /// Behind `head`.
  private var settled: Set<UInt64> = []

  package init() {}

  /// Deliveries that are not settled.
  package var unsettledCount: Int { numbers.count - head - settled.count }

  /// A delivery arrived. The first one of a newer generation makes all older ones void; one of an older generation, or
  /// out of order, is ignored.
  package mutating func delivered(_ tag: DeliveryTag) {
    if tag.generation > generation {
      self = ScatteredAcknowledgements()
      generation = tag.generation
    }
    guard tag.generation == generation, tag.number > (numbers.last ?? 0) else { return }
    numbers.append(tag.number)
  }

  /// Deliveries are done with. Tags of another generation, unknown ones and those that were settled before change
  /// nothing.
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

  /// Cuts off what is settled once it is the larger part; the last number stays: it tells what is out of order.
  private mutating func forget() {
    guard head * 2 > numbers.count else { return }
    let count = min(head, numbers.count - 1)
    numbers.removeFirst(count)
    head -= count
  }
}
