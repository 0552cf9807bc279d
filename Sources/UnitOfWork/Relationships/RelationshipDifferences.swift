package import WorkspaceDomain

/// Collects the net changes of relationships in a unit of work, from the states before and after it.
package struct RelationshipDifferences {
  private var added: [(tenantID: TenantID, relationship: Relationship)] = []
  private var removed: [(tenantID: TenantID, relationship: Relationship)] = []

  package init() {}

  /// Records the difference between an object's relationships before and after.
  package mutating func change(_ before: [Relationship], to after: [Relationship], in tenantID: TenantID) {
    for relationship in before where !after.contains(relationship) { removed.append((tenantID, relationship)) }
    for relationship in after where !before.contains(relationship) { added.append((tenantID, relationship)) }
  }

  /// Records that an aggregate has changed, or has been created or deleted. An aggregate that is in another tenant
  /// afterwards counts as a different one.
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

  /// The changes of each tenant, sorted by tenant id.
  ///
  /// An id may move from one tenant to another within a unit of work. Relationships that exist both before and after
  /// are then only added: tenants are replicated independently, so the removal could otherwise come last. Removals from
  /// such an object come in commits of their own, before anything is added: the object never has the relationships of
  /// both tenants.
  package var commits: [RelationshipCommit] {
    let kept = Set(added.lazy.map(\.relationship))
    var changes: [TenantID: [RelationshipChange]] = [:]
    for (tenantID, relationship) in removed where !kept.contains(relationship) {
      changes[tenantID, default: []].append(.removed(relationship))
    }
    for (tenantID, relationship) in added { changes[tenantID, default: []].append(.added(relationship)) }
    let moved = Self.objectsOfSeveralTenants(changes)
    let sorted = changes.sorted { $0.key < $1.key }.map { RelationshipCommit(tenantID: $0.key, changes: $0.value) }
    guard !moved.isEmpty else { return sorted }
    let departures = sorted.map { $0.part { $0.isRemoval && moved.contains($0.relationship.object) } }
    let rest = sorted.map { $0.part { !$0.isRemoval || !moved.contains($0.relationship.object) } }
    return (departures + rest).filter { !$0.changes.isEmpty }
  }

  private static func objectsOfSeveralTenants(_ changes: [TenantID: [RelationshipChange]]) -> Set<Resource> {
    guard changes.count > 1 else { return [] }
    var tenants: [Resource: Set<TenantID>] = [:]
    for (tenantID, changes) in changes {
      for change in changes { tenants[change.relationship.object, default: []].insert(tenantID) }
    }
    return Set(tenants.filter { $0.value.count > 1 }.keys)
  }
}
