package import WorkspaceDomain

/// A row of the outbox of relationships: a commit's changes of a tenant, or a part of them that fits one write.
package struct RelationshipEntry: Sendable, Equatable, Identifiable {
  /// Increasing in the order in which a tenant's changes, and those of one object, are made.
  package let id: Int64
  package let commit: RelationshipCommit

  package var tenantID: TenantID { commit.tenantID }

  package init(id: Int64, commit: RelationshipCommit) {
    self.id = id
    self.commit = commit
  }
}

/// How far a tenant's relationships are replicated.
package struct ReplicationMark: Sendable, Equatable {
  package let tenantID: TenantID
  /// The last entry that was applied.
  package let id: Int64
  /// The moment after it, in the replica's format: not empty.
  package let token: String

  package init(tenantID: TenantID, id: Int64, token: String) {
    self.tenantID = tenantID
    self.id = id
    self.token = token
  }
}

/// Port: changes of relationships that were committed but are not known to be replicated, on a connection of its own,
/// which has no transaction open between calls.
package protocol RelationshipOutbox: Sendable {
  /// Takes the only turn to write to the replica, until the connection ends.
  ///
  /// - Returns: whether it now has the turn. False: somebody else has it. To be called once.
  func takeTurn() async throws(UnitOfWorkError) -> Bool

  /// The oldest entries, oldest first; nil if somebody with precedence wants the turn: then end the connection.
  ///
  /// - Parameters:
  ///   - excluded: tenants whose entries are skipped.
  ///   - limit: the largest number of entries.
  ///   - bytes: reading stops after the entry that brings them above this size.
  func oldest(
    except excluded: Set<TenantID>, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> [RelationshipEntry]?

  /// Removes entries that were applied, and records each tenant's progress, in one transaction.
  func markApplied(_ entries: [RelationshipEntry.ID], _ marks: [ReplicationMark]) async throws(UnitOfWorkError)
}
