package import WorkspaceDomain

/// Port: removes a table's oldest entries, a bounded step at a time, on a connection that no unit of work waits for.
///
/// An inbox entry that a unit of work has just read may be removed before the unit of work commits. The unit of work
/// has its own copy, repeats the answer and writes nothing under this key, as if the command had come a moment sooner.
/// The next repetition of the command finds nothing and is executed again, which is what the end of the retention
/// means. Concurrent removals remove each entry once.
package protocol Retention: Sendable {
  /// Removes the oldest entries that have outlived `retention`, in a transaction of its own. Never waits: entries that
  /// another transaction has locked are skipped.
  ///
  /// - Parameters:
  ///   - retention: an entry as old as this, or younger, stays.
  ///   - now: the time from which age is measured. If the store has a clock, too, an entry must have outlived the
  ///     retention by both clocks: a clock that is ahead removes nothing early.
  ///   - start: entries recorded before this time are ignored; nil to start at the oldest entry. Pass the time of the
  ///     newest entry removed by the previous step, so that the search does not scan the rows of removed entries.
  ///   - limit: the largest number of entries.
  /// - Returns: what was removed. If that is less than `limit`, there is nothing more to remove now.
  func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) async throws(UnitOfWorkError) -> RemovedEntries
}

/// What one step removed.
package struct RemovedEntries: Sendable, Equatable {
  package let count: Int
  /// When the newest of the removed entries was recorded; nil if there is none.
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
  /// The duration in milliseconds, rounded up.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let perMillisecond: Int64 = 1_000_000_000_000_000
    return seconds * 1000 + (attoseconds + perMillisecond - 1) / perMillisecond
  }
}
