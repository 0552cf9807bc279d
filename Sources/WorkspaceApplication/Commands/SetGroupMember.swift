package import WorkspaceDomain

/// Gives a user a role in a group, replacing any previous one.
package struct SetGroupMember: WorkspaceCommand {
  package static let typeName = "group.set_member"

  package let id: GroupID
  package let userID: UserID
  package let role: Role

  package init(id: GroupID, userID: UserID, role: Role) {
    self.id = id
    self.userID = userID
    self.role = role
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredGroupID("group_id")
    userID = try data.requiredUserID("user_id")
    role = try data.requiredRole("role", on: .group)
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.access.groups.insert(id)
    reads.access.roles.insert(RoleKey(tenantID: actor.tenantID, object: .group(id), member: .user(userID)))
    reads.access.roles.insert(.tenant(actor.tenantID, userID))
    reads.ask(.view, .manage, on: .group(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try GroupService(scope).set(role, of: userID, in: id)
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .groupOfMember: .groupNotFound(id)
    case .userOfGroup: .memberNotInTenant
    default: nil
    }
  }
}

extension GroupService {
  package func set(
    _ role: Role, of userID: UserID, in id: GroupID
  ) throws(WorkspaceServiceError) -> CommandReply {
    _ = try group(id, permitting: .manage)
    guard try scope.tenantRole(of: userID) != nil else { throw .memberNotInTenant }
    try scope.set(role, of: .user(userID), on: .group(id))
    return .memberSet(.group(id), Membership(member: .user(userID), role: role))
  }
}
