package import Messaging

/// Port: reads what a database showed at one moment. Nothing is locked or changed, and nobody is waited for.
package protocol SnapshotReader: ThreadBound {
  /// Reads all that `readSet` asks for in one round trip.
  ///
  /// - Parameter readSet: one that locks nothing.
  /// - Throws: ``UnitOfWorkError/unavailable(_:)`` where the session is of no more use.
  func read(_ readSet: ReadSet) async throws(UnitOfWorkError) -> DatedSnapshot
}

/// What a server showed, and which one.
package struct DatedSnapshot: Sendable {
  package let snapshot: Snapshot
  package let origin: Origin

  package init(_ snapshot: Snapshot, from origin: Origin) {
    self.snapshot = snapshot
    self.origin = origin
  }

  /// The kind of server that has answered.
  package enum Origin: Sendable, Equatable {
    /// It has all that was committed.
    case primary
    /// It follows another one, which was so far ahead in time as it could tell; nil: it has replayed nothing yet.
    case replica(lag: Duration?)
  }
}
