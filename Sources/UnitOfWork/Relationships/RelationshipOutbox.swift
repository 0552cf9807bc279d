package import WorkspaceDomain

/// A row of the relationship outbox: one commit's changes for a tenant, or a part of them that fits into one write.
package struct RelationshipEntry: Sendable, Equatable, Identifiable {
  /// Increases in the order in which the changes of a tenant, and those of one object, must be made.
  package let id: Int64
  package let commit: RelationshipCommit

  package var tenantID: TenantID { commit.tenantID }

  package init(id: Int64, commit: RelationshipCommit) {
    self.id = id
    self.commit = commit
  }
}

/// How far a tenant's relationships have been replicated.
package struct ReplicationMark: Sendable, Equatable {
  package let tenantID: TenantID
  /// The id of the last entry that was applied.
  package let id: Int64
  /// A token of the replica's state after that entry, in the replica's format; not empty.
  package let token: String

  package init(tenantID: TenantID, id: Int64, token: String) {
    self.tenantID = tenantID
    self.id = id
    self.token = token
  }
}

/// Port: changes of relationships that were committed but are not known to have been replicated. Uses a connection of
/// its own, which has no transaction open between calls.
package protocol RelationshipOutbox: Sendable {
  /// Takes the replication turn, the exclusive right to write to the replica, until the connection ends. Must not be
  /// called again once it has returned true.
  ///
  /// - Returns: whether the turn was taken; false if another connection has it.
  func takeTurn() async throws(UnitOfWorkError) -> Bool

  /// Returns when the connection, and with it the turn, is lost, or the task is cancelled: why. Meanwhile keeps the
  /// connection from ending as idle, and notices within 15 s if the database no longer answers.
  func waitUntilLost() async -> any Error

  /// Records that this connection writes to the replica from now on. To be called once, with the turn.
  ///
  /// - Returns: whether the last connection that wrote has called ``endWriting()``. If not, one of its writes could
  ///   still take effect. True if nobody has ever written.
  func beginWriting() async throws(UnitOfWorkError) -> Bool

  /// Records that this connection's writes have all ended, and that it will not write again. Bounded in time: a few
  /// seconds.
  func endWriting() async throws(UnitOfWorkError)

  /// The oldest entries; nil if a process with precedence wants the turn: the connection must then be closed.
  ///
  /// - Parameters:
  ///   - excluded: tenants whose entries are skipped.
  ///   - limit: the largest number of entries.
  ///   - bytes: reading stops after the entry that brings their size above this limit.
  func oldest(
    except excluded: Set<TenantID>, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> RelationshipOutboxPage?

  /// Removes entries that were applied, and records the progress of each tenant, in one transaction.
  func markApplied(_ entries: [RelationshipEntry.ID], _ marks: [ReplicationMark]) async throws(UnitOfWorkError)
}
