package import WorkspaceDomain

/// Removes a user from the tenant, with all roles in the tenant's workspaces and groups.
package struct RemoveTenantMember: WorkspaceCommand {
  package static let typeName = "tenant.remove_member"

  package let userID: UserID

  package init(userID: UserID) {
    self.userID = userID
  }

  package init(_ data: CommandData) throws(CommandData.Problem) { userID = try data.requiredUserID("user_id") }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.rootsOf.insert(actor.tenantID)
    reads.access.roles.insert(.tenant(actor.tenantID, userID))
    reads.askForCascade(removing: TenantMember(tenantID: actor.tenantID, member: .user(userID)))
    reads.askForAdmins(of: actor.tenantID)
    reads.ask(.administrate, on: .tenant(actor.tenantID), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try TenantService(scope).remove(userID)
  }
}

extension TenantService {
  package func remove(_ userID: UserID) throws(WorkspaceServiceError) -> CommandReply {
    try requireAdministration()
    guard let role = try scope.tenantRole(of: userID) else { throw .memberNotFound }
    if role == .admin { try requireAnotherAdmin() }
    try scope.beginCascade(from: tenant)
    try scope.removeRoles(of: .user(userID))
    scope.remove(role, of: .user(userID), on: tenant)
    return .memberRemoved(tenant, .user(userID))
  }
}
