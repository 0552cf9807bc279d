/// Why a command is rejected, in the order in which the rules apply.
extension TenantModel {
  /// - Returns: the code; nil if the command is to be executed.
  func rejection(of request: Request, by user: String?) -> String? {
    switch request {
    case .createRoot(let name, let id): rejectionOfRoot(name, id, user)
    case .create(let name, let parent, let id): rejectionOfCreation(name, parent, id, user)
    case .rename(let workspace, let name):
      rejection(of: workspace, needing: .manage, user)
        ?? (isTaken(name, except: workspace) ? "duplicate_workspace_name" : nil)
    case .move(let workspace, let parent): rejectionOfMove(workspace, parent, user)
    case .delete(let workspace): rejectionOfDeletion(workspace, user)
    case .get(let workspace): rejection(of: workspace, needing: .view, user)
    case .list: nil
    case .createGroup(let name, let id): rejectionOfGroup(name, id, user)
    case .renameGroup(let group, let name):
      rejection(ofGroup: group, user)
        ?? (groups.values.contains { $0.name == name && $0.id != group } ? "duplicate_group_name" : nil)
    case .deleteGroup(let group): rejection(ofGroup: group, user)
    case .deleteTenant: rejection(ofTenant: user) ?? (workspaces.count > 1 ? "tenant_has_workspaces" : nil)
    case .setMember(let role, let value): rejection(ofSetting: role, to: value, user)
    case .removeMember(let role): rejection(ofRemoving: role, user)
    case .check(_, let object, let asked): rejectionOfCheck(on: object, of: asked, user)
    }
  }

  private func rejectionOfRoot(_ name: String, _ id: String, _ user: String?) -> String? {
    if root != nil, !administrates(user) { return "permission_denied" }
    return rejectionOfNew(name, id) ?? (root != nil ? "root_workspace_exists" : nil)
  }

  private func rejectionOfCreation(_ name: String, _ parent: String, _ id: String, _ user: String?) -> String? {
    if let code = rejection(ofParent: parent, user) { return code }
    guard mayCreate(below: parent, user) else { return "permission_denied" }
    guard depth(of: parent) < levels else { return "workspace_tree_too_deep" }
    return rejectionOfNew(name, id)
  }

  private func rejectionOfNew(_ name: String, _ id: String) -> String? {
    if isTaken(name, except: nil) { return "duplicate_workspace_name" }
    return workspaces[id] != nil ? "duplicate_workspace_id" : nil
  }

  private func isTaken(_ name: String, except workspace: String?) -> Bool {
    workspaceNames.contains(name) && workspace.flatMap { workspaces[$0]?.name } != name
  }

  private func rejectionOfMove(_ workspace: String, _ parent: String, _ user: String?) -> String? {
    if let code = rejection(of: workspace, needing: .view, user) ?? rejection(ofParent: parent, user) { return code }
    guard access(of: user, to: workspace) >= .manage, mayCreate(below: parent, user) else { return "permission_denied" }
    if workspace == root { return "cannot_move_root_workspace" }
    if workspaces[workspace]?.parent == parent { return nil }
    if path(from: parent).contains(workspace) { return "workspace_inside_itself" }
    return depth(of: parent) + height(of: workspace) > levels ? "workspace_tree_too_deep" : nil
  }

  private func rejectionOfDeletion(_ workspace: String, _ user: String?) -> String? {
    if let code = rejection(of: workspace, needing: .manage, user) { return code }
    if workspace == root { return "cannot_delete_root_workspace" }
    return children[workspace, default: []].isEmpty ? nil : "workspace_has_children"
  }

  private func rejectionOfGroup(_ name: String, _ id: String, _ user: String?) -> String? {
    if let user, tenantRole(of: user) == nil { return "permission_denied" }
    if root == nil { return "tenant_not_found" }
    if groups.values.contains(where: { $0.name == name }) { return "duplicate_group_name" }
    return groups[id] != nil ? "duplicate_group_id" : nil
  }

  private func rejectionOfCheck(on object: Reference, of asked: String?, _ user: String?) -> String? {
    guard let subject = asked ?? user else { return "user_required" }
    guard let user, subject != user else { return nil }
    return mayAskAboutOthers(on: object, user) ? nil : "permission_denied"
  }
}

/// Roles.
extension TenantModel {
  private func rejection(ofSetting role: Role, to value: String, _ user: String?) -> String? {
    if let code = rejection(ofMembersOf: role.object, user) { return code }
    switch role.object.kind {
    case .tenant: return value != "admin" && isLastAdmin(role) ? "last_tenant_admin" : nil
    default: return isEligible(role, user) ? nil : "member_not_in_tenant"
    }
  }

  private func rejection(ofRemoving role: Role, _ user: String?) -> String? {
    if let code = rejection(ofMembersOf: role.object, user) { return code }
    if roles[role] == nil { return "member_not_found" }
    return isLastAdmin(role) ? "last_tenant_admin" : nil
  }

  private func isLastAdmin(_ role: Role) -> Bool {
    let admins = roles.filter { $0.key.object.kind == .tenant && $0.value == "admin" }
    return admins.count == 1 && admins[role] != nil
  }

  /// A group that the actor can't view doesn't count as a group, unless it already has a role there.
  private func isEligible(_ role: Role, _ user: String?) -> Bool {
    switch role.member.kind {
    case .group: groups[role.member.id] != nil && (mayView(group: role.member.id, user) || roles[role] != nil)
    default: tenantRole(of: role.member.id) != nil
    }
  }

  private func rejection(ofMembersOf object: Reference, _ user: String?) -> String? {
    switch object.kind {
    case .workspace: rejection(of: object.id, needing: .manage, user)
    case .group: rejection(ofGroup: object.id, user)
    case .tenant, .user: rejection(ofTenant: user)
    }
  }
}

/// A hidden object reads like a missing one.
extension TenantModel {
  private func rejection(of workspace: String, needing needed: Access, _ user: String?) -> String? {
    let access = access(of: user, to: workspace)
    if access == .none { return "workspace_not_found" }
    return access < needed ? "permission_denied" : nil
  }

  private func rejection(ofParent parent: String, _ user: String?) -> String? {
    access(of: user, to: parent) == .none && !mayCreate(below: parent, user) ? "parent_workspace_not_found" : nil
  }

  private func rejection(ofGroup group: String, _ user: String?) -> String? {
    if !mayView(group: group, user) { return "group_not_found" }
    return mayManage(group: group, user) ? nil : "permission_denied"
  }

  private func rejection(ofTenant user: String?) -> String? {
    if !administrates(user) { return "permission_denied" }
    return root == nil ? "tenant_not_found" : nil
  }
}
