extension TenantModel {
  /// Does what a command asks for, without checking permissions.
  ///
  /// - Returns: the content of its events, in order.
  package mutating func carryOut(_ request: Request, by user: String?) -> [Change] {
    switch request {
    case .createRoot(let name, let id): return createRoot(name, id, user)
    case .create(let name, let parent, let id): return create(name, parent, id, user)
    case .rename(let workspace, let name): return rename(workspace, name, user)
    case .move(let workspace, let parent): return move(workspace, parent, user)
    case .delete(let workspace):
      return removeRoles(user) { $0.object == Reference(.workspace, workspace) } + removeWorkspace(workspace, user)
    case .createGroup(let name, let id): return createGroup(name, id, user)
    case .renameGroup(let group, let name): return renameGroup(group, name, user)
    case .deleteGroup(let group): return removeGroup(group, user)
    case .deleteTenant: return removeTenant(user)
    case .setMember(let role, let value): return set(value, role, user)
    case .removeMember(let role): return remove(role, user)
    case .get, .list, .check: return []
    }
  }

  private func change(
    _ type: String, _ object: String?, _ user: String?, _ tell: (inout Change) -> Void = { _ in }
  ) -> Change {
    var change = Change(type, tenant: tenant, user: user)
    change.object = object
    tell(&change)
    return change
  }
}

/// Workspaces.
extension TenantModel {
  private mutating func createRoot(_ name: String, _ id: String, _ user: String?) -> [Change] {
    root = id
    add(Workspace(tenant: tenant, id: id, name: name, parent: nil))
    let created = change("workspace.created", id, user) { $0.name = name }
    // The founder has no role on the root: the tenant's administrators manage it.
    guard let user else { return [created] }
    return [created] + set("admin", Role(of: Reference(.user, user), on: Reference(.tenant, tenant)), user)
  }

  private mutating func create(_ name: String, _ parent: String, _ id: String, _ user: String?) -> [Change] {
    add(Workspace(tenant: tenant, id: id, name: name, parent: parent))
    let role = install(user, on: Reference(.workspace, id))
    return [
      change("workspace.created", id, user) {
        $0.name = name
        $0.parent = parent
        $0.creatorRole = role
      }
    ]
  }

  private mutating func add(_ workspace: Workspace) {
    workspaces[workspace.id] = workspace
    workspaceNames.insert(workspace.name)
    if let parent = workspace.parent { children[parent, default: []].insert(workspace.id) }
  }

  private mutating func rename(_ workspace: String, _ name: String, _ user: String?) -> [Change] {
    guard let old = workspaces[workspace]?.name, old != name else { return [] }
    workspaceNames.remove(old)
    workspaceNames.insert(name)
    workspaces[workspace]?.name = name
    workspaces[workspace]?.version += 1
    return [
      change("workspace.renamed", workspace, user) {
        $0.name = name
        $0.oldName = old
      }
    ]
  }

  private mutating func move(_ workspace: String, _ parent: String, _ user: String?) -> [Change] {
    guard let old = workspaces[workspace]?.parent, old != parent else { return [] }
    children[old]?.remove(workspace)
    children[parent, default: []].insert(workspace)
    workspaces[workspace]?.parent = parent
    workspaces[workspace]?.version += 1
    return [
      change("workspace.moved", workspace, user) {
        $0.parent = parent
        $0.oldParent = old
      }
    ]
  }

  private mutating func removeWorkspace(_ id: String, _ user: String?) -> [Change] {
    guard let workspace = workspaces.removeValue(forKey: id) else { return [] }
    workspaceNames.remove(workspace.name)
    children[id] = nil
    if let parent = workspace.parent { children[parent]?.remove(id) }
    return [
      change("workspace.deleted", id, user) {
        $0.name = workspace.name
        $0.parent = workspace.parent
      }
    ]
  }
}

/// Groups and the tenant.
extension TenantModel {
  private mutating func createGroup(_ name: String, _ id: String, _ user: String?) -> [Change] {
    groups[id] = Group(tenant: tenant, id: id, name: name)
    let role = install(user, on: Reference(.group, id))
    return [
      change("group.created", id, user) {
        $0.name = name
        $0.creatorRole = role
      }
    ]
  }

  private mutating func renameGroup(_ group: String, _ name: String, _ user: String?) -> [Change] {
    guard let old = groups[group]?.name, old != name else { return [] }
    groups[group]?.name = name
    groups[group]?.version += 1
    return [
      change("group.renamed", group, user) {
        $0.name = name
        $0.oldName = old
      }
    ]
  }

  /// First the roles that it has, then those on it.
  private mutating func removeGroup(_ id: String, _ user: String?) -> [Change] {
    let group = Reference(.group, id)
    let roles = removeRoles(user) { $0.member == group } + removeRoles(user) { $0.object == group }
    let name = groups.removeValue(forKey: id)?.name
    return roles + [change("group.deleted", id, user) { $0.name = name }]
  }

  private mutating func removeTenant(_ user: String?) -> [Change] {
    var changes: [Change] = []
    for group in groups.keys.sorted() { changes += removeGroup(group, user) }
    if let root {
      changes += removeRoles(user) { $0.object == Reference(.workspace, root) } + removeWorkspace(root, user)
    }
    root = nil
    changes += removeRoles(user) { $0.object.kind == .tenant }
    return changes + [change("tenant.deleted", nil, user)]
  }
}

/// Roles.
extension TenantModel {
  /// - Returns: a creator's role on what was created: members of the tenant have one.
  private mutating func install(_ creator: String?, on object: Reference) -> String? {
    guard let creator, tenantRole(of: creator) != nil else { return nil }
    roles[Role(of: Reference(.user, creator), on: object)] = "admin"
    return "admin"
  }

  private mutating func set(_ value: String, _ role: Role, _ user: String?) -> [Change] {
    let old = roles.updateValue(value, forKey: role)
    return old == value ? [] : [told("member_set", role, value, user) { $0.oldRole = old }]
  }

  /// A user who leaves the tenant leaves its workspaces first, then its groups.
  private mutating func remove(_ role: Role, _ user: String?) -> [Change] {
    guard role.object.kind == .tenant else { return removeRoles(user) { $0 == role } }
    return [Reference.Kind.workspace, .group, .tenant].flatMap { kind in
      removeRoles(user) { $0.member == role.member && $0.object.kind == kind }
    }
  }

  /// In the order of objects, and for each of its members: groups before users, by id.
  private mutating func removeRoles(_ user: String?, where isGone: (Role) -> Bool) -> [Change] {
    let gone = roles.keys.filter(isGone).sorted {
      ($0.object.id, $0.member.kind.rawValue, $0.member.id) < ($1.object.id, $1.member.kind.rawValue, $1.member.id)
    }
    return gone.compactMap { role in roles.removeValue(forKey: role).map { told("member_removed", role, $0, user) } }
  }

  private func told(
    _ what: String, _ role: Role, _ value: String, _ user: String?, _ tell: (inout Change) -> Void = { _ in }
  ) -> Change {
    let object = role.object.kind == .tenant ? nil : role.object.id
    return change("\(role.object.kind.rawValue).\(what)", object, user) {
      $0.member = role.member
      $0.role = value
      tell(&$0)
    }
  }
}
