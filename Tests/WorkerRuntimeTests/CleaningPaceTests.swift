import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@testable import WorkerRuntime

@Suite struct CleaningPaceTests {
  private static let day: Int64 = 86_400_000
  private static let now = Timestamp(milliseconds: 1_000 * day)
  /// A time one second before the cutoff of a retention of 30 days.
  private static let recent = Timestamp(milliseconds: 970 * day - 1000)

  private struct Step {
    let count: Int
    let milliseconds: Int
    let action: CleaningPace.Action
    /// The limit of the next step.
    let limit: Int

    init(_ count: Int, _ milliseconds: Int, _ action: CleaningPace.Action, _ limit: Int) {
      (self.count, self.milliseconds, self.action, self.limit) = (count, milliseconds, action, limit)
    }
  }

  private func expect(
    _ transcript: [Step], newest: Timestamp = recent, retention: Duration = .seconds(30 * 86_400),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var pace = CleaningPace(retention: retention)
    for (number, step) in transcript.enumerated() {
      let removed = RemovedEntries(count: step.count, newest: step.count > 0 ? newest : nil)
      let action = pace.finished(removed, in: .milliseconds(step.milliseconds), at: Self.now, random: 1)
      #expect(action == step.action, "step \(number)", sourceLocation: sourceLocation)
      #expect(pace.limit == step.limit, "after step \(number)", sourceLocation: sourceLocation)
    }
  }

  private static let pause = CleaningPace.Action.step(after: .milliseconds(50))
  private static let rest = CleaningPace.Action.rest(.seconds(600))

  @Test func `quick steps grow to the maximum`() {
    expect([
      Step(250, 2, Self.pause, 500), Step(500, 4, Self.pause, 1000), Step(1000, 8, Self.pause, 1000),
    ])
  }

  @Test func `slow steps shrink to the minimum, and pauses are four times as long`() {
    expect([
      Step(250, 60, .step(after: .milliseconds(240)), 125), Step(125, 51, .step(after: .milliseconds(204)), 62),
      Step(62, 1000, .step(after: .seconds(4)), 50), Step(50, 1000, .step(after: .seconds(4)), 50),
    ])
  }

  @Test func `steps of the right length stay as they are`() {
    expect([
      Step(250, 50, .step(after: .milliseconds(200)), 250), Step(250, 25, .step(after: .milliseconds(100)), 250),
      Step(250, 24, .step(after: .milliseconds(96)), 500),
    ])
  }

  @Test func `a step that finds less than its limit ends the run, and does not change the step size`() {
    expect([
      Step(249, 1, Self.rest, 250), Step(0, 5000, Self.rest, 250), Step(250, 1, Self.pause, 500),
      Step(499, 1, Self.rest, 500),
    ])
  }

  @Test func `entries a tenth past their retention are removed with pauses of half the length`() {
    let late = Timestamp(milliseconds: 967 * Self.day)
    expect([Step(250, 40, .step(after: .milliseconds(160)), 250)], newest: late)
    let later = Timestamp(milliseconds: 967 * Self.day - 1)
    expect(
      [
        Step(250, 40, .step(after: .milliseconds(80)), 250), Step(250, 25, Self.pause, 250),
        Step(250, 80, .step(after: .milliseconds(160)), 125),
      ],
      newest: later)
  }

  @Test(
    arguments: [
      (.seconds(1), .milliseconds(100)), (.seconds(3600), .seconds(360)), (.seconds(6000), .seconds(600)),
      (.seconds(30 * 86_400), .seconds(600)), (.seconds(3650 * 86_400), .seconds(600)),
    ] as [(Duration, Duration)])
  func `nothing is kept noticeably longer than configured`(retention: Duration, longest: Duration) {
    for (random, part) in [(1.0, 1.0), (0, 0.5), (0.5, 0.75), (-1, 0.5), (7, 1)] {
      var pace = CleaningPace(retention: retention)
      let action = pace.finished(RemovedEntries(count: 0, newest: nil), in: .zero, at: Self.now, random: random)
      #expect(action == .rest(longest * part))
    }
  }

  @Test func `a step begins where the last one that removed something ended`() {
    var pace = CleaningPace(retention: .seconds(60))
    #expect(pace.start == nil)
    for (removed, start) in [(0, nil), (3, Self.recent), (0, Self.recent)] as [(Int, Timestamp?)] {
      _ = pace.finished(
        RemovedEntries(count: removed, newest: removed > 0 ? Self.recent : nil), in: .zero, at: Self.now, random: 0)
      #expect(pace.start == start)
    }
    pace.failed()
    #expect(pace.start == Self.recent)
  }

  @Test func `an aborted step makes the next one smaller`() {
    var pace = CleaningPace(retention: .seconds(60))
    let limits = (1...4).map { _ in
      pace.failed()
      return pace.limit
    }
    #expect(limits == [125, 62, 50, 50])
  }

  /// The guarantee for the processing of commands, however long the steps take and whatever they find.
  @Test func `cleaning never takes more than a third of its connection's time`() {
    var generator = SeededRandom(seed: 5)
    var pace = CleaningPace(retention: .seconds(30 * 86_400))
    for _ in 0..<2000 {
      let took = Duration.milliseconds(Int.random(in: 0...200, using: &generator))
      let newest = Timestamp(milliseconds: .random(in: 0...970 * Self.day, using: &generator))
      let limit = pace.limit
      let action = pace.finished(RemovedEntries(count: limit, newest: newest), in: took, at: Self.now, random: 0)
      guard case .step(after: let pause) = action else {
        Issue.record("\(action)")
        continue
      }
      #expect(pause >= took * 2 && pause >= .milliseconds(50))
      #expect((50...1000).contains(pace.limit))
    }
  }
}
