package import WorkspaceDomain

/// Port: lets a table forget its oldest entries, a bounded step at a time, on a connection that no unit of work waits
/// for.
///
/// An entry of the inbox that a unit of work has just read may be removed before that one commits: it has its own copy,
/// repeats the answer and writes nothing under this key, as if the command had come a moment sooner. The next repetition
/// finds nothing and is carried out anew, which is what the end of the retention means. Two that remove at the same time
/// remove each entry once.
package protocol Retention: Sendable {
  /// Removes the oldest entries that have outlived `retention`, in a transaction of its own. Waits for nobody: entries
  /// that another transaction holds are passed over.
  ///
  /// - Parameters:
  ///   - retention: an entry as old as this, or younger, stays.
  ///   - now: what the age is measured by. Where the store has a clock too, an entry must have outlived the retention
  ///     by both: a clock that is ahead removes nothing early.
  ///   - start: entries recorded before it are left alone; the newest one removed before, so that finding the next
  ///     does not pass all that were. nil: from the oldest one.
  ///   - limit: the largest number of entries.
  /// - Returns: what was removed. Less than `limit`: there is nothing more to remove now.
  func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries
}

/// What a step of retention removed.
package struct RemovedEntries: Sendable, Equatable {
  package let count: Int
  /// When the youngest of them was recorded; nil where there is none.
  package let newest: Timestamp?

  package init(count: Int, newest: Timestamp?) {
    self.count = count
    self.newest = newest
  }
}

extension Timestamp {
  /// Entries recorded before this moment have outlived `retention`.
  package func cutoff(_ retention: Duration) -> Timestamp {
    Timestamp(milliseconds: milliseconds - retention.milliseconds)
  }
}

extension Duration {
  /// Rounded up.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let perMillisecond: Int64 = 1_000_000_000_000_000
    return seconds * 1000 + (attoseconds + perMillisecond - 1) / perMillisecond
  }
}
