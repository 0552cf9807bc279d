package import WorkspaceDomain

/// Collects a unit of work's changes of relationships, from the state before and after it: net effects.
package struct RelationshipDifferences {
  private var added: [(tenantID: TenantID, relationship: Relationship)] = []
  private var removed: [(tenantID: TenantID, relationship: Relationship)] = []

  package init() {}

  /// Records that something's relationships have changed.
  package mutating func change(_ before: [Relationship], to after: [Relationship], in tenantID: TenantID) {
    for relationship in before where !after.contains(relationship) { removed.append((tenantID, relationship)) }
    for relationship in after where !before.contains(relationship) { added.append((tenantID, relationship)) }
  }

  /// An aggregate has changed, or has been created or deleted: in another tenant it counts as a different one.
  mutating func change<Aggregate>(
    _ before: Aggregate?, to after: Aggregate?, in tenant: (Aggregate) -> TenantID,
    _ relationships: (Aggregate) -> [Relationship]
  ) {
    if let before, let after, tenant(before) == tenant(after) {
      change(relationships(before), to: relationships(after), in: tenant(after))
      return
    }
    if let before { change(relationships(before), to: [], in: tenant(before)) }
    if let after { change([], to: relationships(after), in: tenant(after)) }
  }

  /// The changes of each tenant, in the order of their ids.
  ///
  /// An id may move from one tenant to another within a unit of work. Relationships that are the same in both are only
  /// added: tenants are replicated independently, so the removal could come last.
  package var commits: [RelationshipCommit] {
    let kept = Set(added.lazy.map(\.relationship))
    var changes: [TenantID: [RelationshipChange]] = [:]
    for (tenantID, relationship) in removed where !kept.contains(relationship) {
      changes[tenantID, default: []].append(.removed(relationship))
    }
    for (tenantID, relationship) in added { changes[tenantID, default: []].append(.added(relationship)) }
    return changes.sorted { $0.key < $1.key }.map { RelationshipCommit(tenantID: $0.key, changes: $0.value) }
  }
}
