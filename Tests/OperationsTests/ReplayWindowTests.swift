import Operations
import TestFixtures
import Testing
import WorkspaceDomain

@Suite struct ReplayWindowTests {
  private let window = ReplayWindow(.seconds(60), retention: .seconds(90))

  private func moment(_ seconds: Int64) -> Timestamp {
    Timestamp(milliseconds: Timestamp.sample.milliseconds + seconds * 1000)
  }

  @Test func `letters are split into those within the window and those beyond it, and other filters stay`() {
    var filter = DeadLetterFilter()
    filter.reasons = ["crash_loop"]
    let (within, beyond) = (window.within(filter, at: .sample), window.beyond(filter, at: .sample))
    #expect(within.knownSince == moment(-60) && within.knownBefore == nil)
    #expect(beyond.knownBefore == moment(-60) && beyond.knownSince == nil)
    #expect(within.reasons == ["crash_loop"] && beyond.reasons == ["crash_loop"])
  }

  @Test(arguments: [(30, false), (31, true)])
  func `a plan may wait as long as the retention exceeds the window`(seconds: Int64, outlived: Bool) {
    let plan = ReplayPlan(id: .sample(1), operatorName: "me", reason: "why", createdAt: .sample)
    #expect(window.hasOutlived(plan, at: moment(seconds)) == outlived)
  }
}
