import Testing

@testable import SpiceDBClient

@Suite struct SilenceWatchTests {
  private let start = ContinuousClock.now

  private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

  /// Whether the transport is given up after each failed attempt, of which the beginning and the end are given.
  private func verdicts(_ watch: inout SilenceWatch, _ attempts: [(Int, Int)]) -> [Bool] {
    attempts.map { watch.failed(began: at($0.0), at: at($0.1)) }
  }

  @Test func `the transport is given up when calls have failed for long enough`() {
    var watch = SilenceWatch(patience: .seconds(15), at: start)
    let verdicts = verdicts(&watch, [(100, 105), (105, 114), (110, 115)])
    #expect(verdicts == [false, false, true])
  }

  @Test func `without calls nothing is given up`() {
    var watch = SilenceWatch(patience: .seconds(15), at: start)
    let verdicts = verdicts(&watch, [(1000, 1001)])
    #expect(verdicts == [false])
  }

  @Test func `an answer is a new beginning, even during an attempt that fails later`() {
    var watch = SilenceWatch(patience: .seconds(15), at: start)
    let before = verdicts(&watch, [(0, 5)])
    watch.answered(at: at(14))
    let after = verdicts(&watch, [(11, 16), (16, 28), (24, 29)])
    #expect(before + after == [false, false, false, true])
  }

  @Test func `new transports in vain get more time, up to four times as much, until there is an answer`() {
    var watch = SilenceWatch(patience: .seconds(15), at: start)
    var now = 0
    for seconds in [15, 30, 60, 60] {
      let verdicts = verdicts(&watch, [(now, now + seconds - 1), (now, now + seconds)])
      #expect(verdicts == [false, true])
      now += seconds
    }
    watch.answered(at: at(now))
    let verdicts = verdicts(&watch, [(now, now + 14), (now, now + 15)])
    #expect(verdicts == [false, true])
  }

  @Test func `an attempt of the previous transport is not held against the new one`() {
    var watch = SilenceWatch(patience: .seconds(15), at: start)
    let verdicts = verdicts(&watch, [(0, 15), (0, 44), (0, 45)])
    #expect(verdicts == [true, false, true])
  }
}
