import TestFixtures
import Testing

@testable import WorkerRuntime

@Suite struct FairQueueTests {
  private func filled(_ counts: KeyValuePairs<String, Int>, share: Int = .max) -> FairQueue<String, Int> {
    var queue = FairQueue<String, Int>(share: share)
    for (owner, count) in counts { for number in 0..<count { queue.append(number, of: owner) } }
    return queue
  }

  private func take(_ queue: inout FairQueue<String, Int>, _ count: Int, size: Int = .max) -> [String] {
    queue.take(count: count, size: size) { _ in 1 }.map { "\($0.owner)\($0.element)" }
  }

  @Test func `owners take turns, each in order`() {
    var queue = filled(["a": 4, "b": 1, "c": 2])
    #expect(take(&queue, 4) == ["a0", "b0", "c0", "a1"])
    #expect(take(&queue, 9) == ["c1", "a2", "a3"])
    #expect(queue.isEmpty && !queue.hasWork)
  }

  @Test func `whoever comes behind a flood waits for one of its items, not for all`() {
    var queue = filled(["flood": 10_000])
    _ = take(&queue, 100)
    queue.append(0, of: "late")
    #expect(take(&queue, 2).contains("late0"))
  }

  @Test func `nobody has more in progress than the fair share`() {
    var queue = filled(["a": 5, "b": 3], share: 2)
    #expect(take(&queue, 9) == ["a0", "b0", "a1", "b1"])
    #expect(!queue.hasWork && queue.count == 4 && take(&queue, 9).isEmpty)
    queue.done("a")
    #expect(queue.hasWork && take(&queue, 9) == ["a2"])
    queue.done("b")
    queue.done("b")
    #expect(take(&queue, 9) == ["b2"])
  }

  @Test func `nothing more is taken once the sizes reach the limit`() {
    var queue = filled(["a": 5])
    #expect(take(&queue, 9, size: 2) == ["a0", "a1"])
    #expect(take(&queue, 9, size: 1) == ["a2"])
  }

  @Test func `removed items are not handed out, and the others keep their turns`() {
    var queue = filled(["a": 3, "b": 2])
    #expect(queue.removeAll { $0 > 0 }.count == 3 && queue.count == 2)
    #expect(take(&queue, 9) == ["a0", "b0"])
    queue.append(7, of: "b")
    #expect(queue.removeAll { _ in true } == [7] && !queue.hasWork)
    queue.append(8, of: "b")
    #expect(take(&queue, 9) == ["b8"])
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `everything comes once, in the order of its owner, whatever the turns`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = FairQueue<Int, Int>(share: 3)
    var (next, seen, inHand) = ([Int: Int](), [Int: Int](), [Int: Int]())
    for _ in 0..<1000 {
      let owner = Int.random(in: 0..<5, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        queue.append(next[owner, default: 0], of: owner)
        next[owner, default: 0] += 1
      case 1:
        for (owner, element) in queue.take(count: .random(in: 1...4, using: &random), size: .max, of: { _ in 1 }) {
          #expect(element == seen[owner, default: 0])
          seen[owner, default: 0] += 1
          inHand[owner, default: 0] += 1
          #expect(inHand[owner]! <= 3)
        }
      default:
        guard inHand[owner, default: 0] > 0 else { continue }
        queue.done(owner)
        inHand[owner]! -= 1
      }
      #expect(queue.count == next.values.reduce(0, +) - seen.values.reduce(0, +))
    }
  }

  @Test(arguments: [(1, 128), (2, 128), (4, 384)])
  func `no tenant has all connections of a server, if it has several`(connections: Int, share: Int) {
    var settings = QuerySettings()
    settings.poolSize = connections
    #expect(settings.share(of: .replica) == share)
    settings.primaryPoolSize = connections
    #expect(settings.share(of: .primary) == share)
  }
}
