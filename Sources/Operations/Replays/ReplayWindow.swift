import UnitOfWork
package import WorkspaceDomain

/// Which letters are too old to be sent again without an explicit option.
///
/// The inbox remembers a command for `inbox.retention` after its first answer. A letter holds the time of that answer
/// if the inbox knew it when the letter was recorded; otherwise the first answer can only have come after the
/// recording. So a letter's age counts from the first answer if that is known, else from the recording. Up to an age of
/// `inbox.replay_window`, which is no longer than the retention, its command can't be executed twice.
package struct ReplayWindow: Sendable {
  package let length: Duration
  /// How long after a plan was made the inbox certainly still knows the commands of its letters.
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

  /// The letters of `filter` that are older.
  package func beyond(_ filter: DeadLetterFilter, at now: Timestamp) -> DeadLetterFilter {
    var filter = filter
    filter.knownBefore = now.cutoff(length)
    return filter
  }

  /// Whether the inbox may have forgotten commands of a plan. When the plan was made, its letters were within the
  /// window; the inbox knows their commands for at least ``margin``, the difference between retention and window, after
  /// that.
  package func hasOutlived(_ plan: ReplayPlan, at now: Timestamp) -> Bool { plan.createdAt < now.cutoff(margin) }
}
