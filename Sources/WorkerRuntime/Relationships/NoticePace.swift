/// How often an ongoing condition is reported: at once, and then at most once per pause.
struct NoticePace: Sendable {
  private let pause: Duration
  private var last: ContinuousClock.Instant?

  init(_ pause: Duration) { self.pause = pause }

  mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
    if let last, now - last < pause { return false }
    last = now
    return true
  }
}
