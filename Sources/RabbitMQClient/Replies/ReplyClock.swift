/// The time that counts against replies: it stands still while no queue can be blamed for what is not confirmed.
///
/// A pure value: the current time is passed in, and never before one that was.
struct ReplyClock {
  typealias Instant = ContinuousClock.Instant

  /// Why no queue can be blamed now.
  enum Pause: Hashable {
    /// The broker has stopped taking messages from publishers. It stops the clock for as long as it lasts.
    case blocked
    /// The broker answers nothing on this connection.
    case silent
    /// There is no connection. So it begins.
    case disconnected

    fileprivate var isAbsence: Bool { self != .blocked }
  }

  private let longestAbsence: Duration
  private var pauses: Set<Pause> = [.disconnected]
  /// Since when the broker has been silent or disconnected, at times at least, with replies waiting and none confirmed.
  private var absentSince: Instant?
  /// The time until ``last``.
  private var counted = Duration.zero
  private var last: Instant

  /// - Parameter longestAbsence: how long an absence of the broker, silent or disconnected, stops the clock at most.
  ///   Then it runs, whatever the broker does, until ``endAbsence(at:)``.
  init(longestAbsence: Duration, at now: Instant = .now) {
    self.longestAbsence = longestAbsence
    absentSince = now
    last = now
  }

  /// The time since the beginning, without the pauses.
  func time(at now: Instant = .now) -> Duration {
    counted + (runningSince.map { max(.zero, now - max($0, last)) } ?? .zero)
  }

  /// When this clock shows `time` if nothing changes; nil: not before something does.
  func instant(of time: Duration) -> Instant? {
    runningSince.map { max($0, last) + (time - counted) }
  }

  mutating func pause(_ pause: Pause, at now: Instant = .now) {
    count(until: now)
    pauses.insert(pause)
    if pause.isAbsence { absentSince = absentSince ?? now }
  }

  mutating func resume(_ pause: Pause, at now: Instant = .now) {
    count(until: now)
    pauses.remove(pause)
  }

  /// The broker has confirmed a reply, or none was waiting: what goes on is a new absence.
  mutating func endAbsence(at now: Instant = .now) {
    count(until: now)
    absentSince = pauses.contains(where: \.isAbsence) ? now : nil
  }

  /// Since when the clock runs, or will; nil if it stands still until something changes.
  private var runningSince: Instant? {
    if pauses.contains(.blocked) { return nil }
    guard !pauses.isEmpty, let absentSince else { return last }
    return absentSince + longestAbsence
  }

  private mutating func count(until now: Instant) {
    counted = time(at: now)
    last = max(last, now)
  }
}
