package import WorkspaceDomain

/// Gives a user or a group a role on a workspace, replacing any previous one.
package struct SetWorkspaceMember: WorkspaceCommand {
  package static let typeName = "workspace.set_member"

  package let id: WorkspaceID
  package let member: Member
  package let role: Role

  package init(id: WorkspaceID, member: Member, role: Role) {
    self.id = id
    self.member = member
    self.role = role
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredWorkspaceID("workspace_id")
    member = try data.requiredMember("member")
    role = try data.requiredRole("role", on: .workspace)
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.insert(id)
    reads.access.roles.insert(RoleKey(tenantID: actor.tenantID, object: .workspace(id), member: member))
    reads.ask(.view, .manage, on: .workspace(id), by: actor)
    switch member {
    case .user(let userID): reads.access.roles.insert(.tenant(actor.tenantID, userID))
    case .group(let groupID):
      reads.access.groups.insert(groupID)
      reads.ask(.view, on: .group(groupID), by: actor)
    }
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try WorkspaceService(scope).set(role, of: member, on: id)
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .workspaceOfMember: .workspaceNotFound(id)
    case .userOfWorkspace, .groupOfWorkspace: .memberNotInTenant
    default: nil
    }
  }
}

extension WorkspaceService {
  /// Gives a role on a workspace to a user who is a member of the tenant, or to a group of the tenant that the actor
  /// may view or that already has a role on the workspace.
  package func set(
    _ role: Role, of member: Member, on id: WorkspaceID
  ) throws(WorkspaceServiceError) -> CommandReply {
    _ = try workspace(id, permitting: .manage)
    guard try isEligible(member, on: id) else { throw .memberNotInTenant }
    try scope.set(role, of: member, on: .workspace(id))
    return .memberSet(.workspace(id), Membership(member: member, role: role))
  }

  private func isEligible(_ member: Member, on id: WorkspaceID) throws(WorkspaceServiceError) -> Bool {
    switch member {
    case .user(let userID): return try scope.tenantRole(of: userID) != nil
    case .group(let groupID):
      guard try scope.repositories.groups.group(groupID)?.tenantID == tenantID else { return false }
      if try scope.permits(.view, on: .group(groupID)) { return true }
      return try scope.role(of: member, on: .workspace(id)) != nil
    }
  }
}
