/// The time that counts against replies: it stands still while no queue can be blamed for missing confirms.
///
/// A pure value: the current time is passed in, and never before one that was.
struct ReplyClock {
  typealias Instant = ContinuousClock.Instant

  /// Why no queue can be blamed now.
  enum Pause: Hashable {
    /// The broker has stopped taking messages from publishers. This pause has no limit.
    case blocked
    /// The broker answers nothing on this connection.
    case silent
    /// There is no connection, as at the beginning.
    case disconnected

    fileprivate var isAbsence: Bool { self != .blocked }
  }

  private let longestAbsence: Duration
  private var pauses: Set<Pause> = [.disconnected]
  /// When the absence began: since then the broker was silent or disconnected at times, and confirmed no waiting reply.
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

  /// When this clock shows `time` if nothing changes; nil: not before a pause ends.
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

  /// The broker has confirmed a reply, or none was waiting: silence or disconnection that continues is a new absence.
  mutating func endAbsence(at now: Instant = .now) {
    count(until: now)
    absentSince = pauses.contains(where: \.isAbsence) ? now : nil
  }

  /// Since when the clock runs, or will; nil if it stands still until a pause ends.
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
