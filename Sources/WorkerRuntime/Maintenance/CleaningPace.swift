package import UnitOfWork
package import WorkspaceDomain

/// Decides the size of the steps that remove what has expired, and the pause after each.
///
/// A pure value: takes a finished step, and returns what to do next.
///
/// A step of 1000 entries takes about 9 ms of one core of the database, so the shortest pause sets the pace: 17,000
/// entries a second, more than a worker adds. If steps take longer, pauses grow with them: docs/retention.md.
package struct CleaningPace: Sendable, Equatable {
  package enum Action: Sendable, Equatable {
    /// There is more: another step, after this pause.
    case step(after: Duration)
    /// Everything that has expired is gone: check again after this time.
    case rest(Duration)
  }

  /// A longer step halves the size of the next one; a step that takes less than half this time doubles it.
  static let targetTime: Duration = .milliseconds(50)
  static let limits = 50...1000
  static let shortestPause: Duration = .milliseconds(50)
  /// The pause after a step, as a multiple of its duration: cleaning takes at most a fifth of its connection's time, or
  /// a third if it has fallen behind.
  static let pauseFactor = 4
  static let hurriedPauseFactor = 2
  static let longestRest: Duration = .seconds(600)

  /// The largest number of entries of the next step.
  package private(set) var limit = 250
  /// Where the next step starts: ``Retention``'s `start`. Entries before it that were skipped because another
  /// transaction held them are found by the next process, which starts with the oldest.
  package private(set) var start: Timestamp?

  private let retention: Duration

  package init(retention: Duration) { self.retention = retention }

  /// The longest wait once nothing is left to remove: a tenth of the retention, at most 10 minutes, so that nothing is
  /// kept noticeably longer than intended.
  package var rest: Duration { min(retention / 10, Self.longestRest) }

  /// - Parameters:
  ///   - time: how long the step took.
  ///   - now: the time that was passed to the step.
  ///   - random: between 0 and 1; it keeps workers started together from all checking at once.
  package mutating func finished(_ removed: RemovedEntries, in time: Duration, at now: Timestamp, random: Double)
    -> Action
  {
    start = removed.newest ?? start
    guard removed.count >= limit else { return .rest(rest * (0.5 + min(max(random, 0), 1) / 2)) }
    let factor = isBehind(removed, at: now) ? Self.hurriedPauseFactor : Self.pauseFactor
    adapt(to: time)
    return .step(after: max(time * factor, Self.shortestPause))
  }

  /// Notes that a step failed, for example because it was cancelled: the next one is smaller, in case it was too large.
  package mutating func failed() {
    limit = max(limit / 2, Self.limits.lowerBound)
  }

  private mutating func adapt(to time: Duration) {
    if time > Self.targetTime {
      limit = max(limit / 2, Self.limits.lowerBound)
    } else if time < Self.targetTime / 2 {
      limit = min(limit * 2, Self.limits.upperBound)
    }
  }

  /// Whether what is being removed was kept more than a tenth longer than intended.
  private func isBehind(_ removed: RemovedEntries, at now: Timestamp) -> Bool {
    guard let newest = removed.newest else { return false }
    let overdue = now.cutoff(retention).milliseconds - newest.milliseconds
    return overdue > (retention / 10).milliseconds
  }
}
