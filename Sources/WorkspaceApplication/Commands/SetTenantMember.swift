package import WorkspaceDomain

/// Gives a user a role in the tenant, replacing any previous one.
package struct SetTenantMember: WorkspaceCommand {
  package static let typeName = "tenant.set_member"

  package let userID: UserID
  package let role: Role

  package init(userID: UserID, role: Role) {
    self.userID = userID
    self.role = role
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    userID = try data.requiredUserID("user_id")
    role = try data.requiredRole("role", on: .tenant)
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.rootsOf.insert(actor.tenantID)
    reads.access.roles.insert(.tenant(actor.tenantID, userID))
    reads.askForAdmins(of: actor.tenantID)
    reads.ask(.administrate, on: .tenant(actor.tenantID), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try TenantService(scope).set(role, of: userID)
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .tenantOfMember: .tenantNotFound
    default: nil
    }
  }
}

extension TenantService {
  package func set(_ role: Role, of userID: UserID) throws(WorkspaceServiceError) -> CommandReply {
    try requireAdministration()
    if role != .admin, try scope.tenantRole(of: userID) == .admin { try requireAnotherAdmin() }
    try scope.set(role, of: .user(userID), on: tenant)
    return .memberSet(tenant, Membership(member: .user(userID), role: role))
  }
}
