import EndToEndSupport

/// Commands that belong together: a right is granted, used, revoked, and used once more, which is then rejected. In any
/// other order the outcomes differ.
extension TenantScript {
  mutating func founding() -> [Act] {
    let root = TenantModel.Request.createRoot(name: "root", id: root)
    let members = Self.users[1...2].map { user in
      Act(request: .setMember(role(user, on: tenant), as: "member"), user: Self.admin)
    }
    // Either she founds it, or a system does and makes her an admin.
    if chance(50) { return [Act(request: root, user: Self.admin)] + members }
    let promotion = Act(request: .setMember(role(Self.admin, on: tenant), as: "admin"), user: nil)
    return [Act(request: root, user: nil), promotion] + members
  }

  mutating func story() -> [Act] {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: grant()
    case 1: grantToGroup()
    case 2: move()
    case 3: leaveAndComeBack()
    case 4: handOver()
    default: delegate()
    }
  }

  /// A role on a workspace, for as long as it lasts.
  private mutating func grant() -> [Act] {
    let (user, workspace, value) = (outsider(), anyWorkspace(), anyValue())
    let role = role(user, on: .init(.workspace, workspace))
    return [
      use(of: workspace, by: user, as: value),
      Act(request: .setMember(self.role(user, on: tenant), as: "member"), user: nil),
      Act(request: .setMember(role, as: value), user: Self.admin),
      use(of: workspace, by: user, as: value),
      Act(request: .list(limit: 20, after: nil), user: user),
      Act(request: .removeMember(role), user: Self.admin),
      use(of: workspace, by: user, as: value),
    ]
  }

  /// A role that a group has; it ends with the group, with its role, or with the member.
  private mutating func grantToGroup() -> [Act] {
    let (user, workspace, value, group) = (outsider(), anyWorkspace(), anyValue(), newID())
    let membership = role(user, on: .init(.group, group))
    let granted = TenantModel.Role(of: .init(.group, group), on: .init(.workspace, workspace))
    let ends: [TenantModel.Request] = [
      .removeMember(granted), .removeMember(membership), .deleteGroup(group), .removeMember(role(user, on: tenant)),
    ]
    return [
      Act(request: .setMember(role(user, on: tenant), as: "member"), user: Self.admin),
      Act(request: .createGroup(name: newName("group"), id: group), user: Self.admin),
      Act(request: .setMember(membership, as: "member"), user: Self.admin),
      use(of: workspace, by: user, as: value),
      Act(request: .setMember(granted, as: value), user: Self.admin),
      use(of: workspace, by: user, as: value),
      Act(request: ends.randomElement(using: &random) ?? .deleteGroup(group), user: Self.admin),
      use(of: workspace, by: user, as: value),
    ]
  }

  /// A workspace comes below one on which the user has a role, and leaves it.
  private mutating func move() -> [Act] {
    let (user, above, moved) = (outsider(), newID(), newID())
    return [
      Act(request: .setMember(role(user, on: tenant), as: "member"), user: nil),
      Act(request: .create(name: newName("workspace"), parent: root, id: above), user: nil),
      Act(request: .create(name: newName("workspace"), parent: root, id: moved), user: nil),
      Act(request: .setMember(role(user, on: .init(.workspace, above)), as: "editor"), user: nil),
      use(of: moved, by: user, as: "editor"),
      Act(request: .move(workspace: moved, parent: above), user: Self.admin),
      use(of: moved, by: user, as: "editor"),
      Act(request: .move(workspace: moved, parent: root), user: chance(50) ? Self.admin : user),
      Act(request: .move(workspace: moved, parent: root), user: Self.admin),
      use(of: moved, by: user, as: "editor"),
    ]
  }

  /// A user who leaves the tenant and comes back has lost all roles.
  private mutating func leaveAndComeBack() -> [Act] {
    let (user, workspace, group) = (outsider(), newID(), newID())
    let membership = role(user, on: tenant)
    return [
      Act(request: .setMember(membership, as: "member"), user: Self.admin),
      Act(request: .create(name: newName("workspace"), parent: root, id: workspace), user: user),
      Act(request: .createGroup(name: newName("group"), id: group), user: user),
      use(of: workspace, by: user, as: "admin"),
      Act(request: .removeMember(membership), user: Self.admin),
      use(of: workspace, by: user, as: "admin"),
      Act(request: .setMember(membership, as: "member"), user: Self.admin),
      use(of: workspace, by: user, as: "admin"),
      Act(request: .renameGroup(group, name: newName("group")), user: user),
    ]
  }

  /// The tenant never loses its last admin, and she is admin again in the end.
  private mutating func handOver() -> [Act] {
    let other = outsider()
    let (hers, others) = (role(Self.admin, on: tenant), role(other, on: tenant))
    return [
      Act(request: .setMember(others, as: "admin"), user: Self.admin),
      Act(request: .setMember(hers, as: "member"), user: other),
      Act(request: .create(name: newName("workspace"), parent: youngest, id: newID()), user: Self.admin),
      Act(request: .removeMember(others), user: nil),
      Act(request: .setMember(hers, as: "admin"), user: nil),
      Act(request: .setMember(others, as: "member"), user: Self.admin),
      Act(request: .setMember(others, as: "admin"), user: other),
    ]
  }

  /// A user who manages a workspace may let others in, until that right is lost.
  private mutating func delegate() -> [Act] {
    let (workspace, deputy, user) = (anyWorkspace(), Self.users[1], Self.users[2])
    let object = TenantModel.Reference(.workspace, workspace)
    return [
      Act(request: .setMember(role(deputy, on: object), as: "editor"), user: Self.admin),
      Act(request: .setMember(role(user, on: object), as: "member"), user: deputy),
      Act(request: .setMember(role(deputy, on: object), as: "admin"), user: Self.admin),
      Act(request: .setMember(role(user, on: object), as: "member"), user: deputy),
      Act(request: .check(permission: "view", on: object, of: user), user: deputy),
      // He lowers his own role.
      Act(request: .setMember(role(deputy, on: object), as: "member"), user: deputy),
      Act(request: .removeMember(role(user, on: object)), user: deputy),
    ]
  }

  /// A command that needs a role with that value.
  private mutating func use(of workspace: String, by user: String, as value: String) -> Act {
    switch value {
    case "admin": Act(request: .rename(workspace: workspace, name: newName("workspace")), user: user)
    case "editor": Act(request: .create(name: newName("workspace"), parent: workspace, id: newID()), user: user)
    default: Act(request: .get(workspace: workspace), user: user)
    }
  }

  /// A user who initially has no role in the tenant.
  private mutating func outsider() -> String { Self.users[3...].randomElement(using: &random) ?? Self.users[3] }

  private func role(_ user: String, on object: TenantModel.Reference) -> TenantModel.Role {
    .init(of: .init(.user, user), on: object)
  }
}
