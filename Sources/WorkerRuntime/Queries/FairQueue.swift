/// A queue of elements of many owners, who take turns: an owner with many elements delays its own, not those of the
/// others.
///
/// An owner with its full share in hand is handed nothing more until some of its elements are done.
package struct FairQueue<Owner: Hashable & Sendable, Element: Sendable>: Sendable {
  private struct Line {
    var elements: [Element] = []
    /// The elements before it have been handed out; they are removed in bulk.
    var head = 0

    var count: Int { elements.count - head }

    mutating func take() -> Element {
      defer {
        head += 1
        if head * 2 > elements.count {
          elements.removeFirst(head)
          head = 0
        }
      }
      return elements[head]
    }
  }

  /// The most elements that an owner may have in hand.
  private let share: Int
  private var lines: [Owner: Line] = [:]
  /// Owners with waiting elements, in the order of their turns.
  private var turns: [Owner] = []
  private var inHand: [Owner: Int] = [:]

  /// The number of waiting elements.
  package private(set) var count = 0

  /// - Parameter share: the most elements of one owner that may be in hand, at least 1.
  package init(share: Int) { self.share = max(1, share) }

  package var isEmpty: Bool { count == 0 }

  /// Whether ``take(count:size:of:)`` would hand out any element.
  package var hasWork: Bool { turns.contains { inHand[$0, default: 0] < share } }

  package mutating func append(_ element: Element, of owner: Owner) {
    if lines[owner] == nil { turns.append(owner) }
    lines[owner, default: Line()].elements.append(element)
    count += 1
  }

  /// Hands out elements, one per owner in turn, until there are `count`, or their sizes have reached `limit`.
  package mutating func take(count: Int, size limit: Int, of size: (Element) -> Int) -> [(
    owner: Owner, element: Element
  )] {
    var taken: [(owner: Owner, element: Element)] = []
    var total = 0
    var passed: [Owner] = []
    var next = 0
    while next < turns.count, taken.count < count, total < limit {
      let owner = turns[next]
      next += 1
      guard inHand[owner, default: 0] < share, let element = takeOne(of: owner) else {
        passed.append(owner)
        continue
      }
      inHand[owner, default: 0] += 1
      taken.append((owner, element))
      total += size(element)
      if lines[owner] != nil { turns.append(owner) }
    }
    // Owners with their share in hand keep their turns; owners that were served have gone to the end.
    turns = passed + turns[next...]
    return taken
  }

  /// One of the owner's elements in hand is done.
  package mutating func done(_ owner: Owner) {
    guard let number = inHand[owner] else { return }
    inHand[owner] = number > 1 ? number - 1 : nil
  }

  /// Removes and returns the waiting elements for which `isUnwanted` is true.
  package mutating func removeAll(where isUnwanted: (Element) -> Bool) -> [Element] {
    var removed: [Element] = []
    for (owner, line) in lines {
      let waiting = line.elements[line.head...]
      let kept = waiting.filter { !isUnwanted($0) }
      guard kept.count < waiting.count else { continue }
      removed += waiting.filter(isUnwanted)
      lines[owner] = kept.isEmpty ? nil : Line(elements: Array(kept))
    }
    if !removed.isEmpty {
      count -= removed.count
      turns.removeAll { lines[$0] == nil }
    }
    return removed
  }

  private mutating func takeOne(of owner: Owner) -> Element? {
    // In place: otherwise the line would be copied for each element.
    guard let element = lines[owner]?.take() else { return nil }
    if lines[owner]?.count == 0 { lines[owner] = nil }
    count -= 1
    return element
  }
}
