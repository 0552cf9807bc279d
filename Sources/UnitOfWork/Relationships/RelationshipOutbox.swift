package import WorkspaceDomain

/// A row of the outbox of relationships: a commit's changes of a tenant, or a part of them that one write takes.
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
  /// The moment after it, as the replica names it: not empty.
  package let token: String

  package init(tenantID: TenantID, id: Int64, token: String) {
    self.tenantID = tenantID
    self.id = id
    self.token = token
  }
}

/// Port: changes of relationships that were committed and are not known to be replicated, on a connection of its own, which is
/// in no transaction between two calls.
package protocol RelationshipOutbox: Sendable {
  /// Takes the turn to write to the replica, of which there is one: until the connection ends.
  ///
  /// - Returns: whether it has the turn now. False: somebody else has it. To be called once.
  func takeTurn() async throws(UnitOfWorkError) -> Bool

  /// The oldest entries, oldest first; nil where somebody who takes precedence wants the turn: end the connection then.
  ///
  /// - Parameters:
  ///   - excluded: tenants whose entries are passed over.
  ///   - limit: the largest number of entries.
  ///   - bytes: reading stops after the entry that brings them above this size.
  func oldest(
    except excluded: Set<TenantID>, limit: Int, bytes: Int
  ) async throws(UnitOfWorkError) -> [RelationshipEntry]?

  /// Removes entries that were applied, and notes how far each tenant is, in one transaction.
  func markApplied(_ entries: [RelationshipEntry.ID], _ marks: [ReplicationMark]) async throws(UnitOfWorkError)
}
