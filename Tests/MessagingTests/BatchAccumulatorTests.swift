import Messaging
import TestFixtures
import Testing

@Suite struct BatchAccumulatorTests {
  private func accumulator(count: Int, bytes: Int, _ sizes: [Int]) -> BatchAccumulator<Int> {
    var accumulator = BatchAccumulator<Int>(limits: .init(count: count, bytes: bytes))
    for (number, size) in sizes.enumerated() { accumulator.append(number, bytes: size) }
    return accumulator
  }

  @Test func `nothing waits: no batch`() {
    var accumulator = accumulator(count: 3, bytes: 100, [])
    #expect(accumulator.take()?.elements == nil)
    #expect(accumulator.isEmpty)
    #expect(accumulator.count == 0)
    #expect(accumulator.bytes == 0)
  }

  @Test(
    arguments: [
      (3, 100, [1], [(1, .drained)]), (3, 100, [1, 1, 1], [(3, .drained)]),
      (3, 100, [1, 1, 1, 1], [(3, .count), (1, .drained)]),
      (3, 100, [1, 1, 1, 1, 1, 1], [(3, .count), (3, .drained)]), (1, 100, [1, 1], [(1, .count), (1, .drained)]),
      (9, 10, [4, 4, 4, 4], [(3, .bytes), (1, .drained)]), (9, 10, [10, 1], [(1, .bytes), (1, .drained)]),
      (9, 10, [5, 5, 5], [(2, .bytes), (1, .drained)]), (9, 10, [9, 99, 1], [(2, .bytes), (1, .drained)]),
      (9, 10, [99, 99, 99], [(1, .bytes), (1, .bytes), (1, .drained)]), (9, 10, [0, 0, 0, 0], [(4, .drained)]),
      (2, 10, [5, 5, 5], [(2, .count), (1, .drained)]), (0, 10, [1, 1], [(1, .count), (1, .drained)]),
      (-5, 10, [1, 1], [(1, .count), (1, .drained)]), (9, 0, [1, 1], [(1, .bytes), (1, .drained)]),
      (9, 0, [0, 0], [(1, .bytes), (1, .drained)]),
      (9, 10, [10, 0, 0], [(1, .bytes), (2, .drained)]),
    ] as [(Int, Int, [Int], [(Int, BatchCloseReason)])])
  func `batches close by what comes first: an empty queue, the number, the size`(
    count: Int, bytes: Int, sizes: [Int], expected: [(count: Int, reason: BatchCloseReason)]
  ) {
    var accumulator = accumulator(count: count, bytes: bytes, sizes)
    #expect(accumulator.bytes == sizes.reduce(0, +))
    #expect(accumulator.count == sizes.count)
    var next = 0
    for (count, reason) in expected {
      let batch = accumulator.take()
      #expect(batch?.elements == Array(next..<next + count))
      #expect(batch?.reason == reason)
      next += count
      #expect(accumulator.count == sizes.count - next)
      #expect(accumulator.bytes == sizes[next...].reduce(0, +))
    }
    #expect(accumulator.take()?.elements == nil)
  }

  @Test(arguments: 0..<20)
  func `in any order of arrivals and takes, nothing is lost, duplicated or reordered, and no limit exceeded`(
    seed: UInt64
  ) {
    var random = SeededRandom(seed: seed)
    let limits = BatchAccumulator<Int>.Limits(
      count: .random(in: 1...6, using: &random), bytes: .random(in: 1...40, using: &random))
    var accumulator = BatchAccumulator<Int>(limits: limits)
    var sizes: [Int] = []
    var taken: [Int] = []
    for _ in 0..<500 {
      if Int.random(in: 0..<3, using: &random) > 0 {
        let size = Int.random(in: 0...20, using: &random)
        accumulator.append(sizes.count, bytes: size)
        sizes.append(size)
      } else if let batch = accumulator.take() {
        taken += batch.elements
        #expect((1...limits.count).contains(batch.elements.count))
        #expect(batch.elements.dropLast().reduce(0) { $0 + sizes[$1] } < limits.bytes)
        #expect((batch.reason == .drained) == accumulator.isEmpty)
      } else {
        #expect(taken.count == sizes.count)
      }
      #expect(accumulator.bytes == sizes[taken.count...].reduce(0, +))
    }
    while let batch = accumulator.take() { taken += batch.elements }
    #expect(taken == Array(sizes.indices))
    #expect(accumulator.bytes == 0)
  }
}
