import EndToEndSupport

/// Independent commands.
extension TenantScript {
  mutating func single() -> Act {
    switch Int.random(in: 0..<100, using: &random) {
    case ..<42: create()
    case ..<50: Act(request: .rename(workspace: anyWorkspace(), name: anyName()), user: anyActor())
    case ..<59: Act(request: .move(workspace: anyWorkspace(), parent: anyWorkspace()), user: anyActor())
    case ..<64: delete()
    case ..<69: Act(request: .get(workspace: anyWorkspace()), user: anyActor())
    case ..<74: list()
    case ..<81: check()
    case ..<89: changeOfGroup()
    default: changeOfRole()
    }
  }

  private mutating func create() -> Act {
    Act(request: .create(name: anyName(), parent: anyParent(), id: newID()), user: anyActor())
  }

  private mutating func delete() -> Act {
    let workspace = chance(15) ? root : chance(50) ? youngest : anyWorkspace()
    return Act(request: .delete(workspace: workspace), user: anyActor())
  }

  private mutating func list() -> Act {
    let after = chance(50) ? anyWorkspace() : nil
    let limit = Int.random(in: 1...20, using: &random)
    return Act(request: .list(limit: limit, after: after), user: chance(90) ? anyUser() : nil)
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
    switch Int.random(in: 0..<8, using: &random) {
    case 0: Act(request: .setMember(roleInTenant(), as: chance(20) ? "admin" : "member"), user: anyActor())
    case 1: Act(request: .removeMember(roleInTenant()), user: anyActor())
    case 2, 3: Act(request: .setMember(roleOnWorkspace(), as: anyValue()), user: anyActor())
    case 4: Act(request: .removeMember(held(on: .workspace) ?? roleOnWorkspace()), user: anyActor())
    case 5, 6: Act(request: .setMember(roleInGroup(), as: chance(30) ? "admin" : "member"), user: anyActor())
    default: Act(request: .removeMember(held(on: .group) ?? roleInGroup()), user: anyActor())
    }
  }

  private mutating func held(on kind: TenantModel.Reference.Kind) -> TenantModel.Role? {
    chance(70) ? anyRole(on: kind) : nil
  }

  /// The admin stays one, except in stories: otherwise nobody would be permitted anything in the end.
  private mutating func roleInTenant() -> TenantModel.Role {
    let users = Self.users.filter { $0 != Self.admin }
    return .init(of: .init(.user, users.randomElement(using: &random) ?? Self.admin), on: tenant)
  }

  private mutating func roleOnWorkspace() -> TenantModel.Role {
    .init(of: anyMember(), on: .init(.workspace, anyWorkspace()))
  }

  private mutating func roleInGroup() -> TenantModel.Role {
    .init(of: .init(.user, anyUser()), on: .init(.group, anyGroup() ?? newID()))
  }
}
