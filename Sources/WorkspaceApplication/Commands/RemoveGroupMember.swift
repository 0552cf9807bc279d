package import WorkspaceDomain

/// Removes a user from a group.
package struct RemoveGroupMember: WorkspaceCommand {
  package static let typeName = "group.remove_member"

  package let id: GroupID
  package let userID: UserID

  package init(id: GroupID, userID: UserID) {
    self.id = id
    self.userID = userID
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredGroupID("group_id")
    userID = try data.requiredUserID("user_id")
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.access.groups.insert(id)
    reads.access.roles.insert(RoleKey(tenantID: actor.tenantID, object: .group(id), member: .user(userID)))
    reads.ask(.view, .manage, on: .group(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try GroupService(scope).remove(userID, from: id)
  }
}

extension GroupService {
  package func remove(_ userID: UserID, from id: GroupID) throws(WorkspaceServiceError) -> CommandReply {
    _ = try group(id, permitting: .manage)
    guard let role = try scope.role(of: .user(userID), on: .group(id)) else { throw .memberNotFound }
    scope.remove(role, of: .user(userID), on: .group(id))
    return .memberRemoved(.group(id), .user(userID))
  }
}
