import Messaging
import Testing

@Suite struct RetryScheduleTests {
  @Test func `the standard schedule makes six attempts, with delays of at most 1, 5, 30, 120 and 600 seconds`() {
    let delays = (1...6).map { RetrySchedule.standard.delay(after: $0, random: 1) }
    #expect(delays == [.seconds(1), .seconds(5), .seconds(30), .seconds(120), .seconds(600), nil])
  }

  @Test func `the delay is between zero and the limit`() {
    let schedule = RetrySchedule([.seconds(10)])
    #expect(schedule.delay(after: 1, random: 0) == .zero)
    #expect(schedule.delay(after: 1, random: 0.25) == .milliseconds(2500))
    #expect(schedule.delay(after: 1, random: 7) == .seconds(10))
    #expect(schedule.delay(after: 1, random: -7) == .zero)
  }

  @Test func `without delays nothing is retried`() {
    #expect(RetrySchedule([]).delay(after: 1, random: 0.5) == nil)
    #expect(RetrySchedule([]).delay(after: 0, random: 0.5) == .zero)
  }
}
