import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// The groups and roles of ``InMemoryUnitOfWorkStore``, and the constraints between them.
struct AccessTables {
  private(set) var groups: [GroupID: Group] = [:]
  private(set) var roles: [RoleKey: Role] = [:]

  /// Adds the access rows that `reads` asks for to the snapshot, and all roles of the tenants concerned: extra roles do
  /// no harm.
  func answer(_ reads: AccessReads, _ tenants: Set<TenantID>, in snapshot: inout Snapshot) {
    let known = tenants.union(reads.questions.map(\.tenantID)).union(reads.namedViews.map(\.name.tenantID))
    snapshot.roles = roles.filter { known.contains($0.key.tenantID) }
    snapshot.groups = groups.filter { id, group in
      reads.groups.contains(id) || reads.groupNames.contains(TenantName(tenantID: group.tenantID, name: group.name))
        || reads.deletedTenants.contains(group.tenantID)
    }
    answerCascades(reads, in: &snapshot)
    for tenantID in reads.adminsOf {
      let admins = roles.count { $0.key.object == .tenant(tenantID) && $0.value == .admin }
      snapshot.adminCounts[tenantID] = min(admins, reads.adminLimit)
    }
    for page in reads.memberPages {
      let members = roles.filter { $0.key.tenantID == page.tenantID && $0.key.object == page.object }
        .map { Membership(member: $0.key.member, role: $0.value) }
        .filter { membership in page.after.map { membership.member > $0 } ?? true }
      snapshot.memberPages[page] = Array(members.sorted { $0.member < $1.member }.prefix(page.limit))
    }
    for page in reads.groupPages {
      let shown = groups.values.filter { group in
        group.tenantID == page.tenantID && page.after.map { group.id > $0 } ?? true && mayView(group, page.viewer)
      }
      snapshot.groupPages[page] = Array(shown.map(\.id).sorted().prefix(page.limit))
      for group in shown { snapshot.groups[group.id] = group }
    }
  }

  /// Adds one kind of cascade after another, each with a limit of its own, as the database does.
  private func answerCascades(_ reads: AccessReads, in snapshot: inout Snapshot) {
    let leaving = roles.keys.filter { key in
      key.object.type != .tenant
        && reads.removedMembers.contains(TenantMember(tenantID: key.tenantID, member: key.member))
    }
    let going = roles.keys.filter {
      reads.deletedObjects.contains(TenantResource(tenantID: $0.tenantID, object: $0.object))
    }
    .sorted { rank($0) < rank($1) }
    let inTenants = roles.keys.filter { reads.deletedTenants.contains($0.tenantID) }
      .sorted { place($0.object) < place($1.object) }
    for keys in [leaving, going, inTenants] where keys.count > reads.cascadeLimit {
      snapshot.cascade += keys.prefix(reads.cascadeLimit + 1)
    }
    let groups = snapshot.groups.values.filter { reads.deletedTenants.contains($0.tenantID) }
    guard groups.count > reads.cascadeLimit else { return }
    snapshot.hasMoreGroups = true
    for group in groups.dropFirst(reads.cascadeLimit + 1) { snapshot.groups[group.id] = nil }
  }

  private func place(_ object: Resource) -> Int {
    switch object {
    case .workspace: 1
    case .group: 2
    case .tenant: 3
    }
  }

  private func rank(_ key: RoleKey) -> Int { (roles[key] == .admin ? 2 : 0) + (key.member.kind == .group ? 1 : 0) }

  func isTenantAdmin(_ userID: UserID, of tenantID: TenantID) -> Bool { roles[.tenant(tenantID, userID)] == .admin }

  /// Whether the user, or a group that the user is in, has a role on the workspace itself.
  func isGranted(_ userID: UserID, _ workspace: Workspace) -> Bool {
    roles.keys.contains { key in
      guard key.object == .workspace(workspace.id) else { return false }
      switch key.member {
      case .user(let member): return member == userID
      case .group(let id):
        return roles[RoleKey(tenantID: key.tenantID, object: .group(id), member: .user(userID))] != nil
      }
    }
  }

  private func mayView(_ group: Group, _ viewer: UserID?) -> Bool {
    guard let viewer else { return true }
    return isTenantAdmin(viewer, of: group.tenantID)
      || roles[RoleKey(tenantID: group.tenantID, object: .group(group.id), member: .user(viewer))] != nil
  }

  mutating func apply(_ writeSet: WriteSet) throws(UnitOfWorkError) {
    for key in writeSet.removedRoles {
      guard roles.removeValue(forKey: key) != nil else { throw .conflict(constraint: nil) }
    }
    for deleted in writeSet.deletedGroups {
      guard groups.removeValue(forKey: deleted.id)?.version == deleted.version else { throw .conflict(constraint: nil) }
    }
    for updated in writeSet.updatedGroups {
      guard groups.removeValue(forKey: updated.aggregate.id)?.version == updated.readVersion else {
        throw .conflict(constraint: nil)
      }
    }
    for group in writeSet.updatedGroups.map(\.aggregate) + writeSet.insertedGroups {
      guard groups[group.id] == nil else { throw .conflict(constraint: .groupID) }
      guard !groups.values.contains(where: { $0.tenantID == group.tenantID && $0.name == group.name }) else {
        throw .conflict(constraint: .groupName)
      }
      groups[group.id] = group
    }
    for change in writeSet.setRoles { roles[change.key] = change.role }
  }

  /// Checks all references after the other changes, as the database does at the end.
  func checkReferences(
    tenants: [TenantID: Int64], workspaces: [WorkspaceID: Workspace]
  ) throws(UnitOfWorkError) {
    for group in groups.values where tenants[group.tenantID] == nil { throw .conflict(constraint: .groupTenant) }
    for key in roles.keys {
      switch key.object {
      case .tenant(let id): if tenants[id] == nil { throw .conflict(constraint: .tenantOfMember) }
      case .group(let id):
        guard groups[id]?.tenantID == key.tenantID else { throw .conflict(constraint: .groupOfMember) }
        guard isTenantMember(key) else { throw .conflict(constraint: .userOfGroup) }
      case .workspace(let id):
        guard workspaces[id]?.tenantID == key.tenantID else { throw .conflict(constraint: .workspaceOfMember) }
        guard isTenantMember(key) else {
          throw .conflict(constraint: key.member.kind == .user ? .userOfWorkspace : .groupOfWorkspace)
        }
      }
    }
  }

  private func isTenantMember(_ key: RoleKey) -> Bool {
    switch key.member {
    case .user(let userID): roles[.tenant(key.tenantID, userID)] != nil
    case .group(let id): groups[id]?.tenantID == key.tenantID
    }
  }
}
