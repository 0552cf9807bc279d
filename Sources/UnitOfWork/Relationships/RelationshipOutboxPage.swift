package import WorkspaceDomain

/// The oldest entries of the relationship outbox.
package struct RelationshipOutboxPage: Sendable, Equatable {
  /// Oldest first.
  package let entries: [RelationshipEntry]
  /// Tenants with an entry that can't be read, and why, for people. No payload. That entry and the tenant's later ones
  /// are not among ``entries``: they have to wait for it.
  package let unreadable: [TenantID: String]

  package init(entries: [RelationshipEntry], unreadable: [TenantID: String] = [:]) {
    self.entries = entries
    self.unreadable = unreadable
  }
}
