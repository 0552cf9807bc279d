import UnitOfWork
package import WorkspaceDomain

/// Which letters are too old to be sent again without more ado.
///
/// The inbox knows a command for `inbox.retention` after it was answered first. A letter says when that was, where the
/// inbox knew it as the letter was recorded; otherwise it can only have been after that. So a letter's age counts from
/// the one, else from the other, and up to `inbox.replay_window`, which is no longer than the retention, its command
/// can't be carried out twice.
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

  /// A plan's letters were young enough when it was made. They still are while no more time has gone by than the
  /// retention is longer than the window.
  package func hasOutlived(_ plan: ReplayPlan, at now: Timestamp) -> Bool { plan.createdAt < now.cutoff(margin) }
}
