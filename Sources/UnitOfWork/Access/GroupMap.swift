package import WorkspaceApplication
package import WorkspaceDomain

/// The groups of one unit of work: each exists once, later reads see the changes, and the net effect of all changes
/// becomes part of a ``WriteSet``. What the read set did not ask for is an error, never reported as missing.
package final class GroupMap {
  private let reads: AccessReads
  private let pages: [GroupPageKey: [GroupID]]
  private let hasMoreGroups: Bool
  private let memberships: MembershipMap
  private let events: EventQueue

  private var entries: [GroupID: Entry] = [:]
  private var touched: [GroupID] = []
  /// The group that has a name; nil if it is known that no group has it.
  private var holders: [TenantName: GroupID?] = [:]
  private var changedTenants: Set<TenantID> = []
  /// Tenants in which a group was added or removed.
  private var rearranged: Set<TenantID> = []

  package init(readSet: ReadSet, snapshot: Snapshot, memberships: MembershipMap, events: EventQueue) {
    reads = readSet.access
    pages = snapshot.groupPages
    hasMoreGroups = snapshot.hasMoreGroups
    self.memberships = memberships
    self.events = events
    for group in snapshot.groups.values {
      entries[group.id] = Entry(read: group, current: group)
      holders[TenantName(tenantID: group.tenantID, name: group.name)] = group.id
    }
  }

  /// Adds the net effect of all changes.
  package func addChanges(to writeSet: inout WriteSet) {
    for id in touched {
      guard let entry = entries[id] else { continue }
      switch (entry.read, entry.current) {
      case (nil, nil): break
      case (nil, let current?): writeSet.insertedGroups.append(current)
      case (let read?, nil): writeSet.deletedGroups.append(.init(id: id, version: read.version))
      case (let read?, let current?) where entry.wasRemoved:
        writeSet.deletedGroups.append(.init(id: id, version: read.version))
        writeSet.insertedGroups.append(current)
      case (let read?, let current?) where read != current:
        writeSet.updatedGroups.append(.init(current, readVersion: read.version))
      default: break
      }
    }
  }

  /// Adds the net changes of relationships, except for roles.
  func addRelationships(to differences: inout RelationshipDifferences) {
    for entry in touched.compactMap({ entries[$0] }) {
      differences.change(entry.read, to: entry.current, in: \.tenantID) { Relationship.of($0) }
    }
  }

  private struct Entry {
    /// As it is in the database; nil if it is not there.
    let read: Group?
    /// As the unit of work leaves it; nil if removed.
    var current: Group?
    var wasRemoved = false
    var isTouched = false
  }
}

extension GroupMap: GroupRepository {
  package func group(_ id: GroupID) throws(WorkspaceServiceError) -> Group? {
    if let entry = entries[id] { return entry.current }
    guard reads.groups.contains(id) else { throw .notLoaded("group \(id)") }
    return nil
  }

  package func group(named name: GroupName, in tenantID: TenantID) throws(WorkspaceServiceError) -> Group? {
    let name = TenantName(tenantID: tenantID, name: name)
    if let holder = holders[name] { return holder.flatMap { entries[$0]?.current } }
    guard reads.groupNames.contains(name) else { throw .notLoaded("a name of a group of tenant \(tenantID)") }
    return nil
  }

  package func groups(of tenantID: TenantID) throws(WorkspaceServiceError) -> (known: [Group], areAll: Bool) {
    guard reads.deletedTenants.contains(tenantID) else { throw .notLoaded("the groups of tenant \(tenantID)") }
    guard !hasMoreGroups || reads.cascades == 1 else { throw .undecided("all groups of a tenant") }
    let known = entries.values.compactMap(\.current).filter { $0.tenantID == tenantID }.sorted { $0.id < $1.id }
    return (known, !hasMoreGroups)
  }

  package func groups(
    of tenantID: TenantID, viewer: UserID?, after: GroupID?, limit: Int
  ) throws(WorkspaceServiceError) -> [Group] {
    let key = GroupPageKey(tenantID: tenantID, viewer: viewer, after: after, limit: limit)
    guard let page = pages[key] else { throw .notLoaded("a page of groups of tenant \(tenantID)") }
    let hasChanged = changedTenants.contains(tenantID) || viewer != nil && memberships.hasChangedViews(of: tenantID)
    guard !hasChanged else { throw .undecided("a page of groups of tenant \(tenantID)") }
    return page.compactMap { entries[$0]?.current }
  }

  package func add(_ group: Group) {
    put(group)
    rearranged.insert(group.tenantID)
  }

  package func save(_ group: Group) { put(group) }

  package func remove(_ group: Group) {
    put(group)
    holders.updateValue(nil, forKey: TenantName(tenantID: group.tenantID, name: group.name))
    entries[group.id]?.current = nil
    entries[group.id]?.wasRemoved = true
    rearranged.insert(group.tenantID)
  }

  /// Whether the unit of work has added or removed groups of a tenant.
  func hasRearranged(_ tenantID: TenantID) -> Bool { rearranged.contains(tenantID) }

  /// Takes over the aggregate's events, and replaces its previous state.
  private func put(_ group: Group) {
    changedTenants.insert(group.tenantID)
    if let before = entries[group.id]?.current {
      holders.updateValue(nil, forKey: TenantName(tenantID: before.tenantID, name: before.name))
    }
    var group = group
    for event in group.takeRecordedEvents() { events.record(.group(event)) }
    var entry = entries[group.id] ?? Entry(read: nil, current: nil)
    if !entry.isTouched { touched.append(group.id) }
    entry.isTouched = true
    entry.current = group
    entries[group.id] = entry
    holders[TenantName(tenantID: group.tenantID, name: group.name)] = group.id
  }
}
