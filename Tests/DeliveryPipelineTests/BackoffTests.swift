import DeliveryPipeline
import TestFixtures
import Testing

@Suite struct BackoffTests {
  private let backoff = Backoff(shortest: .milliseconds(10), longest: .milliseconds(500))

  @Test("the delay doubles up to the longest, and is at least half of that", arguments: [
    (1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 320), (7, 500), (8, 500), (31, 500), (32, 500), (64, 500), (.max, 500), (0, 10), (-1, 10), (.min, 10),
  ] as [(Int, Int)])
  func doubling(attempt: Int, milliseconds: Int) {
    #expect(backoff.delay(attempt: max(attempt, -1000), random: 1) == .milliseconds(milliseconds))
    #expect(backoff.delay(attempt: max(attempt, -1000), random: 0) == .milliseconds(milliseconds) / 2)
  }

  @Test("a random number out of its range is taken for the nearest in it", arguments: [(-1.0, 5), (2.0, 10), (.infinity, 10), (-.infinity, 5)] as [(Double, Int)])
  func randomOutOfRange(random: Double, milliseconds: Int) {
    #expect(backoff.delay(attempt: 1, random: random) == .milliseconds(milliseconds))
  }

  @Test("every delay is between half and all of its attempt's")
  func bounds() {
    var random = SeededRandom(seed: 12)
    for attempt in 1...40 {
      for _ in 0..<50 {
        let delay = backoff.delay(attempt: attempt, random: .random(in: 0...1, using: &random))
        let full = backoff.delay(attempt: attempt, random: 1)
        #expect(delay >= full / 2 && delay <= full)
        #expect(delay >= .milliseconds(5) && delay <= .milliseconds(500))
      }
    }
  }

  @Test("a longest delay below the shortest is the shortest")
  func longestBelowShortest() {
    let backoff = Backoff(shortest: .seconds(2), longest: .seconds(1))
    #expect(backoff.longest == .seconds(2))
    #expect(backoff.delay(attempt: 9, random: 1) == .seconds(2))
  }

  @Test("long delays don't overflow, and no delay stays none")
  func extremes() {
    #expect(Backoff(shortest: .seconds(86_400), longest: .seconds(864_000)).delay(attempt: 1000, random: 1).components.seconds == 864_000)
    #expect(Backoff(shortest: .zero, longest: .zero).delay(attempt: 5, random: 1) == .zero)
  }
}
