import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Commands that interfere with each other: few ids and names, and often the id of the previous command.
package struct CommandSource {
  package var random: SeededRandom
  private var lastID = WorkspaceID.sample(1)
  /// What ids of workspaces and groups of ``founding(of:count:)`` and ``access(of:count:)`` count from.
  package var base: UInt64 = 0

  package init(seed: UInt64) { random = SeededRandom(seed: seed) }

  package mutating func next(of tenants: ClosedRange<UInt64>) -> TenantCommand {
    // The last tenant has no root, and few commands.
    let tenant =
      Int.random(in: 0..<9, using: &random) == 0
      ? tenants.upperBound : .random(in: tenants.lowerBound..<tenants.upperBound, using: &random)
    return TenantCommand(tenant, command(below: .sample(tenant)))
  }

  /// A root and workspaces below it, each below an earlier one.
  package mutating func tree(of tenant: UInt64, count: UInt64) -> [TenantCommand] {
    [TenantCommand(tenant, .createRoot(name: nil, id: .sample(1)))]
      + (2...count).map { number in
        TenantCommand(
          tenant,
          .create(
            name: "\(number)",
            parentID: .sample(.random(in: max(1, number - min(number - 1, 4))..<number, using: &random)),
            id: .sample(number)))
      }
  }

  /// A command that changes the shape of such a tree, or not.
  package mutating func change(of tenant: UInt64, count: UInt64) -> TenantCommand {
    let (one, other) = (UInt64.random(in: 1...count, using: &random), UInt64.random(in: 1...count, using: &random))
    let command: any WorkspaceCommand =
      switch Int.random(in: 0..<10, using: &random) {
      case 0: .delete(id: .sample(one))
      case 1...2: .create(name: "\(one)", parentID: .sample(other), id: .sample(one))
      case 3: .rename(id: .sample(one), name: "\(other)")
      default: .move(id: .sample(one), parentID: .sample(other))
      }
    return TenantCommand(tenant, command)
  }

  /// A tenant of the user 1, with members, groups and workspaces.
  package mutating func founding(of tenant: UInt64, count: UInt64) -> [TenantCommand] {
    [TenantCommand(tenant, .createRoot(name: nil, id: .sample(base + 1)), by: "u1")]
      + (2...count).map { number in
        TenantCommand(
          tenant,
          .create(
            name: "\(number)", parentID: .sample(base + .random(in: 1..<number, using: &random)),
            id: .sample(base + number)),
          by: "u1")
      }
      + (2...3).map { TenantCommand(tenant, SetTenantMember(userID: UserID(stored: "u\($0)"), role: .member)) }
      + (1...2).map {
        TenantCommand(tenant, CreateGroup(name: "g\($0)", id: .sample(base + 20 + UInt64($0))), by: "u2")
      }
  }

  /// A command about who may do what, or one that it permits or not.
  package mutating func access(of tenant: UInt64, count: UInt64) -> TenantCommand {
    let (one, other) = (
      WorkspaceID.sample(base + .random(in: 1...count + 4, using: &random)),
      WorkspaceID.sample(base + .random(in: 1...count + 4, using: &random))
    )
    let group = GroupID.sample(base + .random(in: 21...22, using: &random))
    let user = UserID(stored: "u\(Int.random(in: 1...4, using: &random))")
    let member: Member = Bool.random(using: &random) ? .user(user) : .group(group)
    let role = Role.allCases.randomElement(using: &random) ?? .member
    let tenantRole: Role = Bool.random(using: &random) ? .admin : .member
    let command: any WorkspaceCommand =
      switch Int.random(in: 0..<38, using: &random) {
      case 0...3: SetWorkspaceMember(id: one, member: member, role: role)
      case 4...5: RemoveWorkspaceMember(id: one, member: member)
      case 6: ListWorkspaceMembers(id: one, limit: 2, after: nil)
      case 7: CreateGroup(name: "g\(Int.random(in: 1...3, using: &random))", id: group)
      case 8: RenameGroup(id: group, name: "g\(Int.random(in: 1...3, using: &random))")
      case 9: DeleteGroup(id: group)
      case 10: GetGroup(id: group)
      case 11: ListGroups(limit: 1, after: nil)
      case 12...14: SetGroupMember(id: group, userID: user, role: tenantRole)
      case 15...16: RemoveGroupMember(id: group, userID: user)
      case 17: ListGroupMembers(id: group, limit: 2, after: .user(UserID(stored: "u1")))
      case 18...19: SetTenantMember(userID: user, role: tenantRole)
      case 20: RemoveTenantMember(userID: user)
      case 21: ListTenantMembers(limit: 2, after: nil)
      case 22: DeleteTenant()
      case 23: CheckAccess(permission: .edit, object: .workspace(one), userID: user)
      case 24: .list(limit: 3, after: nil)
      case 25: .get(id: one)
      case 26: .rename(id: one, name: "\(other)")
      case 27: .create(name: "\(one)", parentID: other, id: one)
      case 28...29: .move(id: one, parentID: other)
      case 30...31: .delete(id: one)
      // Ids that are new, each below one that may be new as well.
      case 32...35:
        .create(
          name: "\(base) \(Int.random(in: 0..<1_000_000, using: &random))",
          parentID: .sample(base + .random(in: 1...9, using: &random)),
          id: .sample(base + .random(in: 6...9, using: &random)))
      default: .createRoot(name: nil, id: one)
      }
    let actor = [nil, nil, "u1", "u2", "u3", "u4"].randomElement(using: &random) ?? nil
    return TenantCommand(tenant, command, by: actor)
  }

  /// One of a few questions about what one user may do, asked again and again, or a change that decides the answer.
  package mutating func question(of tenant: UInt64) -> TenantCommand {
    let one = WorkspaceID.sample(base + .random(in: 2...4, using: &random))
    let other = WorkspaceID.sample(base + .random(in: 1...4, using: &random))
    let (user, group) = (UserID(stored: "u3"), GroupID.sample(base + 21))
    let member: Member = Bool.random(using: &random) ? .user(user) : .group(group)
    let role = Role.allCases.randomElement(using: &random) ?? .member
    let change: any WorkspaceCommand =
      switch Int.random(in: 0..<24, using: &random) {
      case 0: SetWorkspaceMember(id: other, member: member, role: role)
      case 1: RemoveWorkspaceMember(id: other, member: member)
      case 2: SetGroupMember(id: group, userID: user, role: .member)
      case 3: RemoveGroupMember(id: group, userID: user)
      case 4: .move(id: one, parentID: other)
      case 5: .delete(id: one)
      case 6: .create(name: "\(one)", parentID: other, id: one)
      case 7: SetTenantMember(userID: user, role: Bool.random(using: &random) ? .admin : .member)
      default:
        CheckAccess(permission: Bool.random(using: &random) ? .view : .edit, object: .workspace(one), userID: user)
      }
    return TenantCommand(tenant, change)
  }

  /// A command of one of several tenants that are founded and deleted again and again, with ids in common.
  package mutating func turnover(of tenants: ClosedRange<UInt64>) -> TenantCommand {
    let (one, other) = (
      WorkspaceID.sample(.random(in: 1...5, using: &random)), WorkspaceID.sample(.random(in: 1...5, using: &random))
    )
    let user = UserID(stored: "u\(Int.random(in: 1...5, using: &random))")
    let group = GroupID.sample(.random(in: 21...22, using: &random))
    let command: any WorkspaceCommand =
      switch Int.random(in: 0..<24, using: &random) {
      case 0...3: DeleteTenant()
      case 4...6: .createRoot(name: "\(other)", id: one)
      case 7...10: .create(name: "\(one)", parentID: other, id: one)
      case 11...13: .delete(id: one)
      case 14...16: SetTenantMember(userID: user, role: .admin)
      case 17: SetTenantMember(userID: user, role: .member)
      case 18: RemoveTenantMember(userID: user)
      case 19: CreateGroup(name: "g", id: group)
      case 20: DeleteGroup(id: group)
      case 21: .move(id: one, parentID: other)
      case 22: .get(id: one)
      default: .list(limit: 3, after: nil)
      }
    let actor = [nil, nil, "u1", "u2"].randomElement(using: &random) ?? nil
    return TenantCommand(.random(in: tenants, using: &random), command, by: actor)
  }

  private mutating func command(below root: WorkspaceID) -> any WorkspaceCommand {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: .createRoot(name: Bool.random(using: &random) ? nil : name(), id: optionalID())
    case 1...7: .create(name: name(), parentID: parent(root), id: optionalID())
    case 8...10: .rename(id: id(), name: name())
    case 11...15: .delete(id: id())
    case 16: .get(id: id())
    default: .list(limit: .random(in: 1...6, using: &random), after: Bool.random(using: &random) ? nil : id())
    }
  }

  private mutating func id() -> WorkspaceID {
    if Bool.random(using: &random) { lastID = .sample(.random(in: 1...9, using: &random)) }
    return lastID
  }

  private mutating func optionalID() -> WorkspaceID? { Int.random(in: 0..<5, using: &random) == 0 ? nil : id() }

  /// Mostly the tenant's root.
  private mutating func parent(_ root: WorkspaceID) -> WorkspaceID {
    Int.random(in: 0..<3, using: &random) == 0 ? id() : root
  }

  /// Names that collide often, with two that differ only in bytes.
  private mutating func name() -> String {
    ["a", "b", " a", "\u{E9}", "e\u{301}", "Root", "", "c", "d", "e", "f", "g", "h", "i"].randomElement(using: &random)
      ?? "a"
  }
}
