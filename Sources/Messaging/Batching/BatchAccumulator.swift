/// Why a batch was closed.
package enum BatchCloseReason: String, Sendable, CaseIterable {
  /// Nothing else was waiting.
  case drained
  case count
  case bytes
}

/// Collects elements as they arrive and hands them out in batches: whatever is waiting, up to a number of elements and
/// of bytes.
package struct BatchAccumulator<Element: Sendable>: Sendable {
  package struct Limits: Sendable, Equatable {
    /// The largest number of elements in a batch, at least 1.
    package let count: Int
    /// A batch closes with the element that brings it to this size or above.
    package let bytes: Int

    package init(count: Int, bytes: Int) {
      self.count = max(1, count)
      self.bytes = bytes
    }
  }

  package struct Batch: Sendable {
    package let elements: [Element]
    package let reason: BatchCloseReason
  }

  /// The size of all waiting elements, in bytes.
  package private(set) var bytes = 0
  package var count: Int { waiting.count }
  package var isEmpty: Bool { waiting.isEmpty }

  private let limits: Limits
  private var waiting: [(element: Element, bytes: Int)] = []

  package init(limits: Limits) { self.limits = limits }

  package mutating func append(_ element: Element, bytes: Int) {
    waiting.append((element, bytes))
    self.bytes += bytes
  }

  /// The oldest elements that fit into a batch; nil if none are waiting. A single element is a batch whatever its size.
  package mutating func take() -> Batch? {
    guard !waiting.isEmpty else { return nil }
    var size = 0
    var count = 0
    for (_, bytes) in waiting.prefix(limits.count) where count == 0 || size < limits.bytes {
      size += bytes
      count += 1
    }
    let elements = waiting.prefix(count).map(\.element)
    let reason: BatchCloseReason = count == waiting.count ? .drained : count == limits.count ? .count : .bytes
    waiting.removeFirst(count)
    bytes -= size
    return Batch(elements: elements, reason: reason)
  }
}
