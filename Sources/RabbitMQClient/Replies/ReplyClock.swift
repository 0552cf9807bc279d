/// Time since the start, excluding pauses.
struct ReplyClock {
  /// Why no queue can be blamed for a reply that is not confirmed now.
  enum Pause: Hashable {
    /// The broker has stopped taking messages from publishers.
    case blocked
    /// The broker answers nothing on this connection.
    case silent
    /// There is no connection.
    case disconnected
  }

  private let beginning = ContinuousClock.now
  private var pausedFor = Duration.zero
  private var pausedSince: ContinuousClock.Instant?
  private var pauses: Set<Pause> = []

  var isPaused: Bool { pausedSince != nil }

  var now: Duration { (pausedSince ?? .now) - beginning - pausedFor }

  mutating func pause(_ pause: Pause) {
    pauses.insert(pause)
    pausedSince = pausedSince ?? .now
  }

  mutating func resume(_ pause: Pause) {
    pauses.remove(pause)
    guard pauses.isEmpty, let since = pausedSince else { return }
    pausedFor += .now - since
    pausedSince = nil
  }
}
