package import Messaging

/// Port: reads a database as of one moment, without locking, changing or waiting for anything.
package protocol SnapshotReader: ThreadBound {
  /// Reads all that `readSet` asks for in one round trip.
  ///
  /// - Parameter readSet: one that locks nothing.
  /// - Throws: ``UnitOfWorkError/unavailable(reason:)`` if the session is no longer usable.
  func read(_ readSet: ReadSet) async throws(UnitOfWorkError) -> DatedSnapshot
}

/// A snapshot, and the kind of server that it is from.
package struct DatedSnapshot: Sendable {
  package let snapshot: Snapshot
  package let origin: Origin

  package init(_ snapshot: Snapshot, from origin: Origin) {
    self.snapshot = snapshot
    self.origin = origin
  }

  /// The kind of server that has answered.
  package enum Origin: Sendable, Equatable {
    /// It has everything that was committed.
    case primary
    /// It follows another server, and was this far behind it in time, as far as it could tell; nil: it has replayed
    /// nothing yet.
    case replica(lag: Duration?)
  }
}
