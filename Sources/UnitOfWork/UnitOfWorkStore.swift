package import Messaging
package import WorkspaceDomain

/// Port: one transaction around a batch of commands.
///
/// A store serves one batch at a time: ``begin(_:)``, then exactly one of ``commit(_:)`` and ``rollback()``. After a
/// thrown error nothing of the batch is left, with one exception: if a commit throws
/// ``UnitOfWorkError/unavailable(reason:)``, it may or may not have happened. The redelivered messages are then looked
/// up in the inbox.
package protocol UnitOfWorkStore: ThreadBound, ParkingStore {
  /// Begins a transaction, locks the tenants of `readSet` and reads what it asks for. One round trip.
  func begin(_ readSet: ReadSet) async throws(UnitOfWorkError) -> Snapshot

  /// Writes everything and commits. One round trip.
  ///
  /// - Returns: the places of `writeSet.outgoing` in the outbox, in the same order.
  func commit(_ writeSet: WriteSet) async throws(UnitOfWorkError) -> [OutboxID]

  /// Ends the transaction without effect.
  func rollback() async throws(UnitOfWorkError)

  /// How far the relationships of tenants are replicated, all as of one moment, in a transaction of its own.
  ///
  /// - Returns: an entry for each of `tenants`, known or not.
  func replication(of tenants: Set<TenantID>) async throws(UnitOfWorkError) -> [TenantID: TenantReplication]

  /// What was committed for this worker's queue and is still in the outbox, oldest first.
  ///
  /// - Parameters:
  ///   - last: the entry after which to continue; nil: from the oldest on.
  ///   - limit: the largest number of entries.
  ///   - bytes: reading stops after the entry that brings their messages above this size.
  func unpublished(after last: OutboxID?, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [OutboxEntry]

  /// The id of the newest dead letter, of any queue; nil if there is none.
  func newestLetter() async throws(UnitOfWorkError) -> ULID?

  /// Removes entries whose messages are confirmed from the outbox, in a transaction of its own.
  func remove(_ confirmed: [OutboxID]) async throws(UnitOfWorkError)
}
