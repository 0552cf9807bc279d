package import WorkspaceApplication
package import WorkspaceDomain

/// The roles of one unit of work: later reads see the changes, and the net effect of all changes becomes part of a
/// ``WriteSet``. What the read set did not ask for is an error, never reported as "has no role".
package final class MembershipMap {
  private let reads: AccessReads
  private let pages: [PageStart: (members: [Membership], limit: Int)]
  private let adminCounts: [TenantID: Int]
  private let cascade: [RoleKey]

  private var roles: [TenantResource: [Member: Role]] = [:]
  /// The groups in which a member has a role, as far as known.
  private var groups: [TenantMember: Set<GroupID>] = [:]
  /// The objects on which members have roles, since this was first needed.
  private var objects: [TenantMember: Set<Resource>]?
  /// What was read of the roles that were changed since.
  private var changed: [RoleKey: Role?] = [:]
  /// The keys of the changed roles, in the order of their first change.
  private var touched: [RoleKey] = []
  private var adminChanges: [TenantID: Int] = [:]
  /// Objects whose members differ from those on the pages that were read.
  private var changedObjects: Set<TenantResource> = []
  /// Tenants in which users may be able to view something other than what was read.
  private var changedViews: Set<TenantID> = []

  package init(readSet: ReadSet, snapshot: Snapshot) {
    reads = readSet.access
    adminCounts = snapshot.adminCounts
    cascade = snapshot.cascade
    pages = snapshot.memberPages.reduce(into: [:]) { pages, page in
      let start = PageStart(
        object: TenantResource(tenantID: page.key.tenantID, object: page.key.object), after: page.key.after)
      if let other = pages[start], other.limit >= page.key.limit { return }
      pages[start] = (page.value, page.key.limit)
    }
    roles.reserveCapacity(snapshot.roles.count)
    for (key, role) in snapshot.roles { put(role, key) }
  }

  /// Adds the net effect of all changes.
  package func addChanges(to writeSet: inout WriteSet) {
    for key in touched {
      let (read, current) = (changed[key] ?? nil, current(key))
      guard read != current else { continue }
      if let current {
        writeSet.setRoles.append(.init(key: key, role: current))
      } else {
        writeSet.removedRoles.append(key)
      }
    }
  }

  /// Adds the net changes of the relationships that represent roles.
  func addRelationships(to differences: inout RelationshipDifferences) {
    for key in touched {
      let roles = (before: changed[key] ?? nil, after: current(key))
      differences.change(
        roles.before.map { [.role($0, of: key.member, on: key.object)] } ?? [],
        to: roles.after.map { [.role($0, of: key.member, on: key.object)] } ?? [], in: key.tenantID)
    }
  }

  private struct PageStart: Hashable {
    let object: TenantResource
    let after: Member?
  }
}

extension MembershipMap: MembershipRepository {
  package func role(_ key: RoleKey) throws(WorkspaceServiceError) -> Role? {
    if let role = current(key) { return role }
    guard isKnown(key) else { throw .notLoaded("a role in tenant \(key.tenantID)") }
    return nil
  }

  package func adminCount(of tenantID: TenantID) throws(WorkspaceServiceError) -> Int {
    guard reads.adminsOf.contains(tenantID) else { throw .notLoaded("the admins of tenant \(tenantID)") }
    let counted = adminCounts[tenantID, default: 0]
    let count = counted + adminChanges[tenantID, default: 0]
    // A deleted tenant may have lost more admins than were counted.
    if count <= 1, counted >= reads.adminLimit, reads.deletedTenants.contains(tenantID) {
      throw .undecided("the admins of tenant \(tenantID)")
    }
    return count
  }

  package func firstOfCascade() throws(WorkspaceServiceError) -> [(key: RoleKey, role: Role)] {
    guard !cascade.isEmpty else { return [] }
    // If several commands may take roles with them, it is unknown which command these roles belong to.
    guard reads.cascades == 1 else { throw .undecided("the order of role removals") }
    return cascade.compactMap { key in current(key).map { (key, $0) } }
  }

  package func roles(of member: TenantMember) throws(WorkspaceServiceError) -> [(object: Resource, role: Role)] {
    guard cascade.isEmpty else { throw .undecided("all roles of a member") }
    guard reads.removedMembers.contains(member) || reads.deletedTenants.contains(member.tenantID) else {
      throw .notLoaded("the roles of a member of tenant \(member.tenantID)")
    }
    let found = objects(of: member).compactMap { object -> (object: Resource, role: Role)? in
      guard object.type != .tenant else { return nil }
      return current(RoleKey(tenantID: member.tenantID, object: object, member: member.member)).map { (object, $0) }
    }
    // Workspaces before groups.
    return found.sorted { one, other in
      (one.object.type == .group ? 1 : 0, one.object.ulid) < (other.object.type == .group ? 1 : 0, other.object.ulid)
    }
  }

  package func members(of object: TenantResource) throws(WorkspaceServiceError) -> [Membership] {
    guard cascade.isEmpty else { throw .undecided("all members of an object") }
    guard reads.deletedObjects.contains(object) || reads.deletedTenants.contains(object.tenantID) else {
      throw .notLoaded("the members of an object of tenant \(object.tenantID)")
    }
    let found = roles[object, default: [:]].map { Membership(member: $0.key, role: $0.value) }
    return found.sorted { $0.member < $1.member }
  }

  package func members(
    of object: TenantResource, after: Member?, limit: Int
  ) throws(WorkspaceServiceError) -> [Membership] {
    guard let page = pages[PageStart(object: object, after: after)], page.limit >= limit else {
      throw .notLoaded("a page of members in tenant \(object.tenantID)")
    }
    guard !changedObjects.contains(object) else {
      throw .undecided("a page of members in tenant \(object.tenantID)")
    }
    return Array(page.members.prefix(limit))
  }

  package func set(_ role: Role?, _ key: RoleKey) {
    changedViews.insert(key.tenantID)
    change(role, key)
  }

  package func setFirst(_ role: Role, _ key: RoleKey) { change(role, key) }
}

// MARK: - For decisions

extension MembershipMap {
  /// Whether what users may view in a tenant may differ from what was read.
  func hasChangedViews(of tenantID: TenantID) -> Bool { changedViews.contains(tenantID) }

  /// The known roles on an object.
  func knownRoles(on object: TenantResource) -> [Member: Role] { roles[object] ?? [:] }

  /// The groups that a user is known to be in.
  func groups(of userID: UserID, in tenantID: TenantID) -> Set<GroupID> {
    groups[TenantMember(tenantID: tenantID, member: .user(userID))] ?? []
  }
}

extension MembershipMap {
  private func current(_ key: RoleKey) -> Role? {
    roles[TenantResource(tenantID: key.tenantID, object: key.object)]?[key.member]
  }

  /// Whether the role was read or changed: if `roles` does not have it, it does not exist.
  private func isKnown(_ key: RoleKey) -> Bool {
    reads.roles.contains(key) || changed[key] != nil
      || cascade.isEmpty
        && (reads.deletedObjects.contains(TenantResource(tenantID: key.tenantID, object: key.object))
          || reads.deletedTenants.contains(key.tenantID))
  }

  private func change(_ role: Role?, _ key: RoleKey) {
    let old = current(key)
    if changed[key] == nil {
      changed.updateValue(old, forKey: key)
      touched.append(key)
    }
    changedObjects.insert(TenantResource(tenantID: key.tenantID, object: key.object))
    if case .tenant = key.object {
      adminChanges[key.tenantID, default: 0] += (role == .admin ? 1 : 0) - (old == .admin ? 1 : 0)
    }
    put(role, key)
  }

  private func objects(of member: TenantMember) -> Set<Resource> {
    let objects =
      self.objects
      ?? roles.reduce(into: [:]) { objects, entry in
        for member in entry.value.keys {
          objects[TenantMember(tenantID: entry.key.tenantID, member: member), default: []].insert(entry.key.object)
        }
      }
    self.objects = objects
    return objects[member] ?? []
  }

  private func put(_ role: Role?, _ key: RoleKey) {
    let member = TenantMember(tenantID: key.tenantID, member: key.member)
    if role == nil { objects?[member]?.remove(key.object) } else { objects?[member, default: []].insert(key.object) }
    roles[TenantResource(tenantID: key.tenantID, object: key.object), default: [:]][key.member] = role
    guard case .group(let id) = key.object else { return }
    if role == nil { groups[member]?.remove(id) } else { groups[member, default: []].insert(id) }
  }
}
