package import UnitOfWork
package import WorkspaceDomain

/// Decides how large the steps are that remove what has expired, and how long the table is left in peace after each.
///
/// A pure value: a finished step comes in, what to do next comes out.
///
/// A step of 1000 entries takes about 9 ms of one core of the database, so the shortest pause sets the pace: 17,000
/// entries a second, more than a worker adds. Where steps take longer, pauses grow with them: docs/retention.md.
package struct CleaningPace: Sendable, Equatable {
  package enum Action: Sendable, Equatable {
    /// There is more: another step, after this pause.
    case step(after: Duration)
    /// All that has expired is gone: look again after this time.
    case rest(Duration)
  }

  /// A step that takes longer makes the next one half as large; one that takes less than half, twice as large.
  static let targetTime: Duration = .milliseconds(50)
  static let limits = 50...1000
  static let shortestPause: Duration = .milliseconds(50)
  /// Of its connection's time, cleaning takes a fifth; where it has fallen behind, a third.
  static let pauseFactor = 4
  static let hurriedPauseFactor = 2
  static let longestRest: Duration = .seconds(600)

  /// The largest number of entries of the next step.
  package private(set) var limit = 250
  /// Where the next step begins: ``Retention``'s `start`. Entries before it that were passed over, because
  /// another transaction held them, are found by the next process, which begins with the oldest.
  package private(set) var start: Timestamp?

  private let retention: Duration

  package init(retention: Duration) { self.retention = retention }

  /// A tenth of the retention, and 10 minutes at most: nothing is kept noticeably longer than it is to be.
  package var rest: Duration { min(retention / 10, Self.longestRest) }

  /// - Parameters:
  ///   - time: what the step took.
  ///   - now: the moment that the step was run for.
  ///   - random: between 0 and 1: workers that were started together don't look all at once.
  package mutating func finished(_ removed: RemovedEntries, in time: Duration, at now: Timestamp, random: Double) -> Action {
    start = removed.newest ?? start
    guard removed.count >= limit else { return .rest(rest * (0.5 + min(max(random, 0), 1) / 2)) }
    let factor = isBehind(removed, at: now) ? Self.hurriedPauseFactor : Self.pauseFactor
    adapt(to: time)
    return .step(after: max(time * factor, Self.shortestPause))
  }

  /// A step was broken off: the next one is smaller, in case that it was too large.
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

  /// What is removed now has been kept longer than it was to be by more than a tenth.
  private func isBehind(_ removed: RemovedEntries, at now: Timestamp) -> Bool {
    guard let newest = removed.newest else { return false }
    let overdue = now.cutoff(retention).milliseconds - newest.milliseconds
    return overdue > (retention / 10).milliseconds
  }
}
