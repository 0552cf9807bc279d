package import WorkspaceApplication
import WorkspaceDomain

/// Who may do what, decided in memory by the roles that a unit of work has read and changed:
///
/// | Permission | Who has it |
/// |---|---|
/// | tenant `view` | its admins and members |
/// | tenant `administrate` | its admins |
/// | group `view` | its admins and members, and the tenant's admins |
/// | group `manage` | its admins, and the tenant's admins |
/// | workspace `view` | users with a role on it or anywhere above it, and the tenant's admins |
/// | workspace `edit` | editors and admins of it or of any workspace above it, and the tenant's admins |
/// | workspace `manage` | admins of it or of any workspace above it, and the tenant's admins |
/// | workspace `create_child` | users who may edit it; on an open root, every member of the tenant |
package final class RoleRules: AuthorizationProvider {
  private let questions: Set<AccessQuestion>
  private let workspaces: IdentityMap
  private let groups: GroupMap
  private let memberships: MembershipMap
  private let opensRoot: Bool
  /// Further questions that can be answered from what was read: their objects were not known when the questions were
  /// asked.
  private let furtherViews: Set<AccessQuestion>
  /// The grounds found by walking up the tree.
  private var found: [AccessQuestion: AccessGround] = [:]

  package init(
    readSet: ReadSet, workspaces: IdentityMap, groups: GroupMap, memberships: MembershipMap, rules: AccessRules
  ) {
    questions = readSet.access.questions
    self.workspaces = workspaces
    self.groups = groups
    self.memberships = memberships
    opensRoot = rules.opensRoot
    furtherViews = Self.furtherViews(readSet, workspaces)
  }

  package func permits(_ question: AccessQuestion) throws(WorkspaceServiceError) -> Bool {
    try ground(for: question) != nil
  }

  /// Why the user has the permission; nil if the user does not have it. Of several grounds, the user's role in the
  /// tenant comes first, then the nearest one.
  package func ground(for question: AccessQuestion) throws(WorkspaceServiceError) -> AccessGround? {
    if let ground = found[question], !canBeLost(inTenant: question.tenantID) { return ground }
    guard questions.contains(question) || furtherViews.contains(question) else {
      throw .notLoaded("what a user of tenant \(question.tenantID) may do")
    }
    let (user, tenantID) = (Member.user(question.userID), question.tenantID)
    let tenant = Resource.tenant(tenantID)
    let tenantRole = memberships.knownRoles(on: TenantResource(tenantID: tenantID, object: tenant))[user]
    switch question.resource {
    case .tenant(let id):
      guard id == tenantID, let tenantRole, question.permission == .view || tenantRole == .admin else { return nil }
      return .role(HeldRole(tenantRole, of: user, on: tenant))
    case .group(let id):
      guard try groups.group(id)?.tenantID == tenantID else { return nil }
      if tenantRole == .admin { return .role(HeldRole(.admin, of: user, on: tenant)) }
      let role = memberships.knownRoles(on: TenantResource(tenantID: tenantID, object: question.resource))[user]
      guard let role, role == .admin || question.permission == .view else { return nil }
      return .role(HeldRole(role, of: user, on: question.resource))
    case .workspace(let id):
      guard let workspace = try workspaces.workspace(id), workspace.tenantID == tenantID else { return nil }
      if tenantRole == .admin { return .role(HeldRole(.admin, of: user, on: tenant)) }
      if question.permission == .createChild, workspace.isRoot, opensRoot, tenantRole != nil { return .openRoot }
      let ground = try nearestRole(question.permission.roles, on: id, question.userID, tenantID)
      found[question] = ground
      return ground
    }
  }

  /// Whether the unit of work has done anything that can take away a ground that was found: what it has added can't.
  private func canBeLost(inTenant tenantID: TenantID) -> Bool {
    memberships.hasChangedViews(of: tenantID) || workspaces.hasRemovedOrMoved(in: tenantID)
  }

  /// A lookup by name may have to decide `view` on the workspace found; a workspace with its path to the root, `view`
  /// on each workspace of the path.
  private static func furtherViews(_ readSet: ReadSet, _ workspaces: IdentityMap) -> Set<AccessQuestion> {
    var views: Set<AccessQuestion> = []
    for view in readSet.access.namedViews {
      guard let holder = try? workspaces.workspace(named: view.name.name, in: view.name.tenantID) else { continue }
      views.insert(.view(holder.id, by: view.userID, of: view.name.tenantID))
    }
    guard !readSet.tree.ancestorsOf.isEmpty else { return views }
    for question in readSet.access.questions where question.permission == .view {
      guard case .workspace(let id) = question.resource,
        readSet.tree.ancestorsOf.contains(TenantWorkspace(tenantID: question.tenantID, id: id))
      else { continue }
      // Nothing is above a workspace that does not exist.
      guard let path = try? workspaces.path(from: id) else { continue }
      for step in path { views.insert(.view(step, by: question.userID, of: question.tenantID)) }
    }
    return views
  }

  /// The nearest ground: one of `roles`, held by the user or by a group that the user is in, on the workspace or above
  /// it.
  private func nearestRole(
    _ roles: [Role], on id: WorkspaceID, _ userID: UserID, _ tenantID: TenantID
  ) throws(WorkspaceServiceError) -> AccessGround? {
    let groups = memberships.groups(of: userID, in: tenantID)
    for step in try workspaces.path(from: id) {
      let known = memberships.knownRoles(on: TenantResource(tenantID: tenantID, object: .workspace(step)))
      guard !known.isEmpty, let holder = holder(of: roles, known, userID, groups) else { continue }
      return .role(HeldRole(holder.role, of: holder.member, on: .workspace(step)))
    }
    return nil
  }

  /// The user's own role, or that of a group, if it is one of `roles`. Goes through the roles on the workspace or the
  /// groups of the user, whichever are fewer.
  private func holder(
    of roles: [Role], _ known: [Member: Role], _ userID: UserID, _ groups: Set<GroupID>
  ) -> Membership? {
    if let role = known[.user(userID)], roles.contains(role) { return Membership(member: .user(userID), role: role) }
    if groups.count <= known.count {
      for id in groups {
        if let role = known[.group(id)], roles.contains(role) { return Membership(member: .group(id), role: role) }
      }
      return nil
    }
    let found = known.first { member, role in
      if case .group(let id) = member { roles.contains(role) && groups.contains(id) } else { false }
    }
    return found.map { Membership(member: $0.key, role: $0.value) }
  }
}

extension AccessQuestion {
  fileprivate static func view(_ id: WorkspaceID, by userID: UserID, of tenantID: TenantID) -> AccessQuestion {
    AccessQuestion(tenantID: tenantID, userID: userID, permission: .view, resource: .workspace(id))
  }
}

extension Permission {
  /// The roles on a workspace, or above it, each of which grants the permission.
  fileprivate var roles: [Role] {
    switch self {
    case .view: [.admin, .editor, .member]
    case .edit, .createChild: [.admin, .editor]
    case .manage, .administrate: [.admin]
    }
  }
}
