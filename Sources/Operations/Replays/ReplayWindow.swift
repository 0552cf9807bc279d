import UnitOfWork
package import WorkspaceDomain

/// Which letters are too old to be sent again without an explicit option.
///
/// The inbox knows a command for `inbox.retention` after it was first answered. A letter says when that was, if the
/// inbox knew it when the letter was recorded; otherwise it can only have been after the recording. So a letter's age
/// counts from the first answer, else from the recording, and up to `inbox.replay_window`, which is no longer than the
/// retention, its command can't be executed twice.
package struct ReplayWindow: Sendable {
  package let length: Duration
  /// How long after a plan was made its letters are still known by the inbox.
  package let margin: Duration

  /// - Parameter retention: how long the inbox remembers; at least `length`.
  package init(_ length: Duration, retention: Duration) {
    self.length = length
    margin = retention - length
  }

  /// The letters of `filter` within the window.
  package func within(_ filter: DeadLetterFilter, at now: Timestamp) -> DeadLetterFilter {
    var filter = filter
    filter.knownSince = now.cutoff(length)
    return filter
  }

  /// Those that are older.
  package func beyond(_ filter: DeadLetterFilter, at now: Timestamp) -> DeadLetterFilter {
    var filter = filter
    filter.knownBefore = now.cutoff(length)
    return filter
  }

  /// A plan's letters were young enough when it was made. They still are as long as the time elapsed is at most the
  /// difference between retention and window.
  package func hasOutlived(_ plan: ReplayPlan, at now: Timestamp) -> Bool { plan.createdAt < now.cutoff(margin) }
}
