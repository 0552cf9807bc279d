/// Time since the start, excluding pauses.
struct ReplyClock {
  private let beginning = ContinuousClock.now
  private var pausedFor = Duration.zero
  private var pausedSince: ContinuousClock.Instant?

  var isPaused: Bool { pausedSince != nil }

  var now: Duration { (pausedSince ?? .now) - beginning - pausedFor }

  mutating func pause() { pausedSince = pausedSince ?? .now }

  mutating func resume() {
    if let pausedSince { pausedFor += .now - pausedSince }
    pausedSince = nil
  }
}
