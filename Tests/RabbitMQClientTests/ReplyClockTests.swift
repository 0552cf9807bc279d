import TestFixtures
import Testing

@testable import RabbitMQClient

@Suite struct ReplyClockTests {
  private let start = ContinuousClock.now

  private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

  /// A clock whose connection was there from the start.
  private func connected(longestAbsence: Duration) -> ReplyClock {
    var clock = ReplyClock(longestAbsence: longestAbsence, at: start)
    clock.resume(.disconnected, at: start)
    clock.endAbsence(at: start)
    return clock
  }

  @Test func `a blocked broker stops the clock for as long as it blocks`() {
    var clock = connected(longestAbsence: .seconds(60))
    clock.pause(.blocked, at: after(1))
    #expect(clock.time(at: after(5000)) == .seconds(1) && clock.instant(of: .seconds(2)) == nil)
    clock.resume(.blocked, at: after(5000))
    #expect(clock.time(at: after(5001)) == .seconds(2) && clock.instant(of: .seconds(2)) == after(5001))
  }

  @Test func `the time of the first attempt to connect does not count`() {
    var clock = ReplyClock(longestAbsence: .seconds(60), at: start)
    // The first reply, after a while without any.
    clock.endAbsence(at: after(100))
    #expect(clock.time(at: after(159)) == .seconds(40))
    #expect(clock.instant(of: .seconds(41)) == after(161))
    clock.resume(.disconnected, at: after(159))
    #expect(clock.time(at: after(161)) == .seconds(42))
  }

  @Test func `silence and the loss of the connection are one absence, which stops it for a limited time`() {
    var clock = connected(longestAbsence: .seconds(60))
    clock.pause(.silent, at: start)
    clock.pause(.disconnected, at: after(10))
    clock.resume(.silent, at: after(10))
    #expect(clock.time(at: after(60)) == .zero)
    // Nobody has to tell it that the absence has been too long.
    #expect(clock.time(at: after(65)) == .seconds(5) && clock.instant(of: .seconds(7)) == after(67))
    // It connects, and is lost again, without a confirm.
    clock.resume(.disconnected, at: after(65))
    clock.pause(.disconnected, at: after(66))
    #expect(clock.time(at: after(70)) == .seconds(10))
  }

  @Test func `a confirm ends an absence, so that the next one stops the clock again`() {
    var clock = connected(longestAbsence: .seconds(60))
    clock.pause(.disconnected, at: start)
    clock.resume(.disconnected, at: after(100))
    clock.endAbsence(at: after(100))
    clock.pause(.disconnected, at: after(200))
    #expect(clock.time(at: after(250)) == .seconds(140))
  }

  @Test func `without patience for an absence it never stops for one`() {
    var clock = connected(longestAbsence: .zero)
    clock.pause(.silent, at: start)
    #expect(clock.time(at: after(3)) == .seconds(3) && clock.instant(of: .seconds(4)) == after(4))
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `it never goes back or gains, shows what it foretells, and an absence stops it no longer than it may`(
    seed: UInt64
  ) {
    var random = SeededRandom(seed: seed)
    var clock = ReplyClock(longestAbsence: .seconds(20), at: start)
    var (now, last, absences, blocked) = (start, Duration.zero, 1, Duration.zero)
    var isBlocked = false
    for _ in 0..<200 {
      let step = Duration.seconds(Int.random(in: 0...5, using: &random))
      now += step
      if isBlocked { blocked += step }
      let time = clock.time(at: now)
      #expect(time >= last && time - last <= step)
      last = time
      if Int.random(in: 0..<16, using: &random) == 0 {
        clock.endAbsence(at: now)
        absences += 1
      }
      let pause = [ReplyClock.Pause.blocked, .silent, .disconnected].randomElement(using: &random)!
      let isBeginning = Bool.random(using: &random)
      if isBeginning { clock.pause(pause, at: now) } else { clock.resume(pause, at: now) }
      if pause == .blocked { isBlocked = isBeginning }
      #expect(clock.time(at: now) == last)
      if let next = clock.instant(of: last + .seconds(1)) { #expect(clock.time(at: next) == last + .seconds(1)) }
    }
    #expect(now - start - last - blocked <= .seconds(absences * 20))
  }
}
