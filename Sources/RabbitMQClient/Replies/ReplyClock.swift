/// The time that counts against replies: it stands still while no queue can be blamed for what is not confirmed.
///
/// A pure value: the current time is passed in.
struct ReplyClock {
  typealias Instant = ContinuousClock.Instant

  /// Why no queue can be blamed now.
  enum Pause: Hashable {
    /// The broker has stopped taking messages from publishers.
    case blocked
    /// The broker answers nothing on this connection.
    case silent
    /// There is no connection.
    case disconnected
  }

  private let beginning: Instant
  private let longestAbsence: Duration
  private var pauses: Set<Pause> = []
  private var pausedFor = Duration.zero
  private var pausedSince: Instant?
  /// Since when the broker has been away or silent, with replies waiting and none confirmed; nil if it is not.
  private var absentSince: Instant?

  /// - Parameter longestAbsence: how long an absence of the broker, silent or disconnected, stops the clock at most.
  init(longestAbsence: Duration, at now: Instant = .now) {
    self.longestAbsence = longestAbsence
    beginning = now
  }

  var isPaused: Bool { pausedSince != nil }

  /// The time since the beginning, without the pauses.
  func time(at now: Instant = .now) -> Duration { (pausedSince ?? now) - beginning - pausedFor }

  /// Stops the clock. To be repeated while an absence lasts: once it has been too long, the clock runs again, whatever
  /// the broker does.
  mutating func pause(_ pause: Pause, at now: Instant = .now) {
    if pause != .blocked {
      let since = absentSince ?? now
      absentSince = since
      guard now - since < longestAbsence else {
        resume(.silent, at: now)
        return resume(.disconnected, at: now)
      }
    }
    pauses.insert(pause)
    pausedSince = pausedSince ?? now
  }

  mutating func resume(_ pause: Pause, at now: Instant = .now) {
    pauses.remove(pause)
    guard pauses.isEmpty, let since = pausedSince else { return }
    pausedFor += now - since
    pausedSince = nil
  }

  /// The broker has confirmed a reply, or none was waiting: another absence would be a new one.
  mutating func endAbsence() { absentSince = nil }
}
