import TestFixtures
import Testing

@testable import WorkspaceDomain

@Suite struct ULIDGeneratorTests {
  /// Hands out given numbers, then zeros.
  private struct Scripted: RandomNumberGenerator {
    var numbers: [UInt64]
    mutating func next() -> UInt64 { numbers.isEmpty ? 0 : numbers.removeFirst() }
  }

  @Test func `an id consists of the time and of the generator's random numbers`() throws {
    var generator = ULIDGenerator(random: Scripted(numbers: [0xABCD, 42]))
    let id = try generator.next(at: 1000)
    #expect(id == ULID(milliseconds: 1000, randomness: .init(high: 0xABCD, low: 42)))
  }

  @Test func `within a millisecond each id is the one before plus one, across the halves of the random part`() throws {
    var generator = ULIDGenerator(random: Scripted(numbers: [5, .max - 1]))
    let ids = try (0..<3).map { _ in try generator.next(at: 7) }
    #expect(
      ids.map(\.randomness) == [.init(high: 5, low: .max - 1), .init(high: 5, low: .max), .init(high: 6, low: 0)])
    #expect(ids.allSatisfy { $0.milliseconds == 7 })
  }

  @Test func `a clock that is set back does not make an id smaller`() throws {
    var generator = ULIDGenerator(random: Scripted(numbers: [1, 1, 2, 2]))
    let before = try generator.next(at: 1000)
    let after = try generator.next(at: 10)
    #expect(after > before)
    #expect(after == ULID(milliseconds: 1000, randomness: .init(high: 1, low: 2)))
    #expect(try generator.next(at: 1001) == ULID(milliseconds: 1001, randomness: .init(high: 2, low: 2)))
  }

  @Test func `a millisecond without a larger id is an error, again and again, until the next millisecond`() throws {
    var generator = ULIDGenerator(random: Scripted(numbers: [.max, .max, 3, 4]))
    let last = try generator.next(at: 50)
    #expect(last.randomness.successor == nil)
    for time in [50, 50, 49] as [UInt64] {
      #expect(throws: ULIDGenerator<Scripted>.Overflow(milliseconds: 50)) { try generator.next(at: time) }
    }
    #expect(try generator.next(at: 51) == ULID(milliseconds: 51, randomness: .init(high: 3, low: 4)))
  }

  @Test func `ids only ever rise, whatever the clock does`() throws {
    var random = SeededRandom(seed: 2)
    var generator = ULIDGenerator(random: SeededRandom(seed: 3))
    var time: UInt64 = 1 << 32
    var last = try generator.next(at: time)
    for _ in 0..<5000 {
      time = UInt64.random(in: 0...4, using: &random) == 0 ? time - .random(in: 0...100, using: &random) : time + 1
      let id = try generator.next(at: time)
      #expect(id > last)
      #expect(id.milliseconds >= time)
      last = id
    }
  }
}
