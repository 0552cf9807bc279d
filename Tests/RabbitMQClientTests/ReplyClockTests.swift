import TestFixtures
import Testing

@testable import RabbitMQClient

@Suite struct ReplyClockTests {
  private let start = ContinuousClock.now

  @Test func `a blocked broker stops the clock for as long as it blocks`() {
    var clock = ReplyClock(longestAbsence: .seconds(60), at: start)
    clock.pause(.blocked, at: start + .seconds(1))
    #expect(clock.isPaused && clock.time(at: start + .seconds(5000)) == .seconds(1))
    clock.resume(.blocked, at: start + .seconds(5000))
    #expect(!clock.isPaused && clock.time(at: start + .seconds(5001)) == .seconds(2))
  }

  @Test func `silence and the loss of the connection are one absence, which stops it for a limited time`() {
    var clock = ReplyClock(longestAbsence: .seconds(60), at: start)
    clock.pause(.silent, at: start)
    clock.pause(.disconnected, at: start + .seconds(10))
    clock.resume(.silent, at: start + .seconds(10))
    clock.pause(.disconnected, at: start + .seconds(59))
    #expect(clock.time(at: start + .seconds(59)) == .zero)
    clock.pause(.disconnected, at: start + .seconds(60))
    #expect(!clock.isPaused && clock.time(at: start + .seconds(65)) == .seconds(5))
    // It connects, and is lost again, without a confirm.
    clock.resume(.disconnected, at: start + .seconds(65))
    clock.pause(.disconnected, at: start + .seconds(66))
    #expect(clock.time(at: start + .seconds(70)) == .seconds(10))
  }

  @Test func `a confirm ends an absence, so that the next one stops the clock again`() {
    var clock = ReplyClock(longestAbsence: .seconds(60), at: start)
    clock.pause(.disconnected, at: start)
    clock.pause(.disconnected, at: start + .seconds(100))
    clock.endAbsence()
    clock.pause(.disconnected, at: start + .seconds(200))
    #expect(clock.time(at: start + .seconds(250)) == .seconds(100))
  }

  @Test func `without patience for an absence it never stops for one`() {
    var clock = ReplyClock(longestAbsence: .zero, at: start)
    clock.pause(.silent, at: start)
    #expect(!clock.isPaused && clock.time(at: start + .seconds(3)) == .seconds(3))
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `it never goes back or gains, and an absence stops it no longer than it may`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var clock = ReplyClock(longestAbsence: .seconds(20), at: start)
    var (now, last, absences) = (start, Duration.zero, 1)
    for _ in 0..<200 {
      let step = Duration.seconds(Int.random(in: 0...5, using: &random))
      now += step
      let time = clock.time(at: now)
      #expect(time >= last && time - last <= step)
      last = time
      if Int.random(in: 0..<16, using: &random) == 0 {
        clock.endAbsence()
        absences += 1
      }
      clock.pause(Bool.random(using: &random) ? .silent : .disconnected, at: now)
      if Bool.random(using: &random) { clock.resume(.silent, at: now) }
      #expect(clock.time(at: now) == last)
    }
    // That an absence has been too long is noticed with the next step.
    #expect(now - start - last <= .seconds(absences * (20 + 5)))
  }
}
