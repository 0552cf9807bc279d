import EndToEndSupport

/// Commands that stand for themselves.
extension TenantScript {
  mutating func single() -> Act {
    switch Int.random(in: 0..<100, using: &random) {
    case ..<46: create()
    case ..<55: Act(request: .rename(workspace: anyWorkspace(), name: anyName()), user: anyActor())
    case ..<64: Act(request: .move(workspace: anyWorkspace(), parent: anyWorkspace()), user: anyActor())
    case ..<69: Act(request: .delete(workspace: chance(70) ? youngest : anyWorkspace()), user: anyActor())
    case ..<74: Act(request: .get(workspace: anyWorkspace()), user: anyActor())
    case ..<79: list()
    case ..<86: check()
    case ..<92: changeOfGroup()
    default: changeOfRole()
    }
  }

  private mutating func create() -> Act {
    Act(request: .create(name: anyName(), parent: anyParent(), id: newID()), user: anyActor())
  }

  private mutating func list() -> Act {
    let after = chance(50) ? anyWorkspace() : nil
    return Act(request: .list(limit: .random(in: 1...20, using: &random), after: after), user: chance(90) ? anyUser() : nil)
  }

  /// About oneself, or about somebody else; systems always name the user.
  private mutating func check() -> Act {
    let (object, permissions) = anyQuestion()
    let permission = permissions.randomElement(using: &random) ?? "view"
    let user = anyActor()
    let asked = user == nil || chance(40) ? anyUser() : nil
    return Act(request: .check(permission: permission, on: object, of: asked), user: user)
  }

  private mutating func anyQuestion() -> (object: TenantModel.Reference, permissions: [String]) {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: (tenant, ["view", "administrate"])
    case 1: (.init(.group, anyGroup() ?? newID()), ["view", "manage"])
    default: (.init(.workspace, anyWorkspace()), ["view", "edit", "manage", "create_child"])
    }
  }

  private mutating func changeOfGroup() -> Act {
    guard let group = anyGroup(), chance(60) else {
      return Act(request: .createGroup(name: newName("group"), id: newID()), user: anyActor())
    }
    if chance(40) { return Act(request: .deleteGroup(group), user: anyActor()) }
    return Act(request: .renameGroup(group, name: newName("group")), user: anyActor())
  }

  private mutating func changeOfRole() -> Act {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return Act(request: .setMember(roleInTenant(), as: chance(20) ? "admin" : "member"), user: anyActor())
    case 1: return Act(request: .removeMember(roleInTenant()), user: anyActor())
    case 2, 3: return Act(request: .setMember(roleOnWorkspace(), as: anyRole()), user: anyActor())
    case 4: return Act(request: .removeMember(roleOnWorkspace()), user: anyActor())
    default:
      let role = TenantModel.Role(of: .init(.user, anyUser()), on: .init(.group, anyGroup() ?? newID()))
      if chance(30) { return Act(request: .removeMember(role), user: anyActor()) }
      return Act(request: .setMember(role, as: chance(30) ? "admin" : "member"), user: anyActor())
    }
  }

  /// The admin stays one, but for what stories do: else nobody would be permitted anything in the end.
  private mutating func roleInTenant() -> TenantModel.Role {
    let users = Self.users.filter { $0 != Self.admin }
    return .init(of: .init(.user, users.randomElement(using: &random) ?? Self.admin), on: tenant)
  }

  private mutating func roleOnWorkspace() -> TenantModel.Role {
    .init(of: anyMember(), on: .init(.workspace, anyWorkspace()))
  }
}
