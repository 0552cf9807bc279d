package import WorkspaceDomain

/// Port: removes a table's oldest entries, a bounded step at a time, on a connection that no unit of work waits for.
///
/// An entry of the inbox that a unit of work has just read may be removed before that one commits: it has its own copy,
/// repeats the answer and writes nothing under this key, as if the command had come a moment sooner. The next
/// repetition finds nothing and is executed again, which is what the end of the retention means. Concurrent removals
/// remove each entry once.
package protocol Retention: Sendable {
  /// Removes the oldest entries that have outlived `retention`, in a transaction of its own. Never waits: entries that
  /// another transaction holds are skipped.
  ///
  /// - Parameters:
  ///   - retention: an entry as old as this, or younger, stays.
  ///   - now: the time to measure age by. If the store has a clock too, an entry must have outlived the retention by
  ///     both: a clock that is ahead removes nothing early.
  ///   - start: entries recorded before it are left alone; the newest one removed before, so that finding the next does
  ///     not scan the removed ones. nil: from the oldest one.
  ///   - limit: the largest number of entries.
  /// - Returns: what was removed. If less than `limit`, there is nothing more to remove now.
  func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries
}

/// What a step of retention removed.
package struct RemovedEntries: Sendable, Equatable {
  package let count: Int
  /// When the youngest of them was recorded; nil if there is none.
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
