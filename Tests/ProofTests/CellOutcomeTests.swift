import Failpoints
import Proof
import Testing

/// What the outcome of a failed cell says.
struct CellOutcomeTests {
  @Test func `a failed outcome names the cell, each kind of violation with its ids, and the timeline`() {
    let violations: [Violation] = [
      .lostResult(command: "c1"), .lostResult(command: "c2"),
      .failed(command: "c3", how: "a dead letter since 19:21:33.120: crash_loop"),
    ]
    let outcome = CellOutcome(
      cell: Cell(.published, .brokerKill), violations: violations, story: ["0.5 s worker 7 is active"])
    #expect(
      "\(outcome)".split(separator: "\n") == [
        "published:broker-kill: 3 violations", "  lostResult x 2, such as: command c1 has no result",
        "  command c3 is a dead letter since 19:21:33.120: crash_loop", "  0.5 s worker 7 is active",
      ])
  }
}
