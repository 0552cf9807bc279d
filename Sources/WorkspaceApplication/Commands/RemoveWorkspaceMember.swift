package import WorkspaceDomain

/// Removes a user's or a group's role on a workspace.
package struct RemoveWorkspaceMember: WorkspaceCommand {
  package static let typeName = "workspace.remove_member"

  package let id: WorkspaceID
  package let member: Member

  package init(id: WorkspaceID, member: Member) {
    self.id = id
    self.member = member
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredWorkspaceID("workspace_id")
    member = try data.requiredMember("member")
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.insert(id)
    reads.access.roles.insert(RoleKey(tenantID: actor.tenantID, object: .workspace(id), member: member))
    reads.ask(.view, .manage, on: .workspace(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try WorkspaceService(scope).remove(member, from: id)
  }
}

extension WorkspaceService {
  package func remove(_ member: Member, from id: WorkspaceID) throws(WorkspaceServiceError) -> CommandReply {
    _ = try workspace(id, permitting: .manage)
    guard let role = try scope.role(of: member, on: .workspace(id)) else { throw .memberNotFound }
    scope.remove(role, of: member, on: .workspace(id))
    return .memberRemoved(.workspace(id), member)
  }
}
