import Coordination
import TestFixtures
import Testing

@Suite struct ReconnectScheduleTests {
  private static let backoff = Backoff(shortest: .milliseconds(500), longest: .seconds(30))

  private var schedule = ReconnectSchedule(Self.backoff)

  @Test mutating func `failed connection attempts wait longer and longer: a transcript of the longest waits`() {
    let delays = (0..<8).map { _ in schedule.delay(afterHolding: .zero, random: 1) }
    #expect(delays == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
  }

  @Test mutating func `failed connection attempts wait longer and longer: a transcript of the shortest waits`() {
    let delays = (0..<8).map { _ in schedule.delay(afterHolding: .zero, random: 0) }
    #expect(delays == [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000].map { .milliseconds($0) })
  }

  @Test
  mutating func
    `sessions that end soon after connecting are no recovery; one that held for longer than the longest delay is`()
  {
    let held: [Duration] = [.zero, .seconds(1), .seconds(30), .seconds(31), .zero, .seconds(3600), .seconds(3600)]
    let delays = held.map { schedule.delay(afterHolding: $0, random: 1) }
    #expect(delays == [1, 2, 4, 1, 2, 1, 1].map { .seconds($0) })
  }

  @Test mutating func `waits vary between 0.5 and 30 seconds`() {
    var random = SeededRandom(seed: 30)
    var seen: Set<Duration> = []
    for _ in 0..<1000 {
      let held = Duration.seconds(Int.random(in: 0...40, using: &random))
      let delay = schedule.delay(afterHolding: held, random: .random(in: 0...1, using: &random))
      #expect((Duration.milliseconds(500) ... .seconds(30)).contains(delay))
      seen.insert(delay)
    }
    #expect(seen.count > 900)
  }
}
