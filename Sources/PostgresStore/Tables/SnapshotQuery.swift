import PostgresClient
import UnitOfWork

/// One of the reads with which a unit of work begins.
struct SnapshotQuery {
  let request: PostgresRequest
  /// Adds the answer to a snapshot.
  let read: (PostgresRows, inout Snapshot) throws(PostgresError) -> Void
}
