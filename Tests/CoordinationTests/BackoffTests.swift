import Coordination
import TestFixtures
import Testing

@Suite struct BackoffTests {
  private let backoff = Backoff(shortest: .milliseconds(10), longest: .milliseconds(500))

  @Test(
    arguments: [
      (1, 20), (2, 40), (3, 80), (4, 160), (5, 320), (6, 500), (7, 500), (31, 500), (32, 500), (64, 500), (.max, 500),
      (0, 20), (-1, 20), (.min, 20),
    ] as [(Int, Int)])
  func `the delay doubles up to the maximum, and is at least half of its limit`(attempt: Int, milliseconds: Int) {
    #expect(backoff.delay(attempt: max(attempt, -1000), random: 1) == .milliseconds(milliseconds))
    #expect(backoff.delay(attempt: max(attempt, -1000), random: 0) == .milliseconds(milliseconds) / 2)
  }

  @Test(arguments: [(-1.0, 10), (2.0, 20), (.infinity, 20), (-.infinity, 10)] as [(Double, Int)])
  func `a random number out of range is clamped`(random: Double, milliseconds: Int) {
    #expect(backoff.delay(attempt: 1, random: random) == .milliseconds(milliseconds))
  }

  @Test func `every delay is between half and all of its attempt's limit, the minimum and the maximum`() {
    var random = SeededRandom(seed: 12)
    for attempt in 1...40 {
      for _ in 0..<50 {
        let delay = backoff.delay(attempt: attempt, random: .random(in: 0...1, using: &random))
        let full = backoff.delay(attempt: attempt, random: 1)
        #expect(delay >= full / 2 && delay <= full)
        #expect(delay >= .milliseconds(10) && delay <= .milliseconds(500))
      }
    }
  }

  @Test func `a maximum below the minimum counts as the minimum`() {
    let backoff = Backoff(shortest: .seconds(2), longest: .seconds(1))
    #expect(backoff.longest == .seconds(2))
    #expect(backoff.delay(attempt: 9, random: 1) == .seconds(2))
  }

  @Test func `long delays don't overflow, and no delay stays none`() {
    #expect(
      Backoff(shortest: .seconds(86_400), longest: .seconds(864_000)).delay(attempt: 1000, random: 1).components.seconds
        == 864_000)
    #expect(Backoff(shortest: .zero, longest: .zero).delay(attempt: 5, random: 1) == .zero)
  }
}
