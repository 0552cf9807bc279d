import Testing
import WorkerRuntime

@Suite struct IdentifierLifetimeTests {
  @Test(
    arguments: [
      (.seconds(14 * 86_400), .seconds(30 * 86_400), true),
      (.seconds(14 * 86_400), .seconds(14 * 86_400), true),
      (.seconds(14 * 86_400), .seconds(14 * 86_400) - .milliseconds(1), false),
      (.seconds(14 * 86_400), .seconds(1), false),
      (.seconds(1), .seconds(1), true),
    ] as [(Duration, Duration, Bool)])
  func `a retention as long as the lifetime, or longer, covers it`(
    replayWindow: Duration, retention: Duration, isCovered: Bool
  ) {
    #expect(IdentifierLifetime(replayWindow: replayWindow).isCovered(by: retention) == isCovered)
  }

  @Test func `its total is the sum of its terms, each named by its setting`() {
    let lifetime = IdentifierLifetime(replayWindow: .seconds(77))
    #expect(lifetime.terms.map(\.setting) == ["inbox.replay_window"])
    #expect(lifetime.total == .seconds(77))
    #expect(lifetime.total == lifetime.terms.reduce(.zero) { $0 + $1.duration })
  }
}
