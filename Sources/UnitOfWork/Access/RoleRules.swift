package import WorkspaceApplication
import WorkspaceDomain

/// Who may do what, decided in memory on the roles that a unit of work has read and changed:
///
/// | Permission | Holds |
/// |---|---|
/// | tenant `view`, `administrate` | admin and member, admin |
/// | group `view`, `manage` | its admins and members, its admins; and who administrates the tenant |
/// | workspace `view`, `edit`, `manage` | who has a role on it or anywhere above: any, editor or admin, admin; and who administrates the tenant |
/// | workspace `create_child` | who may edit it; on an open root every member of the tenant |
package final class RoleRules: AuthorizationProvider {
  private let questions: Set<AccessQuestion>
  private let workspaces: IdentityMap
  private let groups: GroupMap
  private let memberships: MembershipMap
  private let opensRoot: Bool

  package init(
    readSet: ReadSet, workspaces: IdentityMap, groups: GroupMap, memberships: MembershipMap, rules: AccessRules
  ) {
    questions = readSet.access.questions
    self.workspaces = workspaces
    self.groups = groups
    self.memberships = memberships
    opensRoot = rules.opensRoot
  }

  package func permits(_ question: AccessQuestion) throws(WorkspaceServiceError) -> Bool {
    guard questions.contains(question) else { throw .notLoaded("what a user of tenant \(question.tenantID) may do") }
    let (userID, tenantID) = (question.userID, question.tenantID)
    let tenantRole = memberships.knownRoles(on: TenantResource(tenantID: tenantID, object: .tenant(tenantID)))[.user(userID)]
    switch question.resource {
    case .tenant(let id):
      guard id == tenantID, let tenantRole else { return false }
      return question.permission == .view || tenantRole == .admin
    case .group(let id):
      guard try groups.group(id)?.tenantID == tenantID else { return false }
      let role = memberships.knownRoles(on: TenantResource(tenantID: tenantID, object: question.resource))[.user(userID)]
      return tenantRole == .admin || role == .admin || role != nil && question.permission == .view
    case .workspace(let id):
      guard let workspace = try workspaces.workspace(id), workspace.tenantID == tenantID else { return false }
      if tenantRole == .admin { return true }
      if question.permission == .createChild, workspace.isRoot, opensRoot, tenantRole != nil { return true }
      return try hasRole(question.permission.roles, on: id, userID, tenantID)
    }
  }

  /// Whether the user, or a group that he is in, has one of the roles on the workspace or anywhere above it.
  private func hasRole(
    _ roles: [Role], on id: WorkspaceID, _ userID: UserID, _ tenantID: TenantID
  ) throws(WorkspaceServiceError) -> Bool {
    let groups = memberships.groups(of: userID, in: tenantID)
    var isFound = false
    try workspaces.climb(from: id) { step in
      let known = memberships.knownRoles(on: TenantResource(tenantID: tenantID, object: .workspace(step)))
      isFound = !known.isEmpty && isHeld(roles, known, userID, groups)
      return !isFound
    }
    return isFound
  }

  /// Whichever is shorter is gone through: the roles on the workspace, or the groups of the user.
  private func isHeld(_ roles: [Role], _ known: [Member: Role], _ userID: UserID, _ groups: Set<GroupID>) -> Bool {
    if let role = known[.user(userID)], roles.contains(role) { return true }
    if groups.count <= known.count {
      return groups.contains { id in known[.group(id)].map(roles.contains) ?? false }
    }
    return known.contains { member, role in
      if case .group(let id) = member { roles.contains(role) && groups.contains(id) } else { false }
    }
  }
}

extension Permission {
  /// The roles on a workspace, or above it, of which each is enough.
  fileprivate var roles: [Role] {
    switch self {
    case .view: [.admin, .editor, .member]
    case .edit, .createChild: [.admin, .editor]
    case .manage, .administrate: [.admin]
    }
  }
}
