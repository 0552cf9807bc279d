import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Who may do what, and what everybody else sees.
///
/// Tenant 1 of "boss": root 1, 2 ("a") below it, 3 ("b") below that, 4 ("c") below the root. On 2 "admin" is an admin,
/// "editor" an editor, "member" a member, and the group 21 a member, which "grouped" is in. "plain" is a member of the
/// tenant and nothing else, "outsider" not even that. Tenant 2: root 9, group 29.
@Suite struct AuthorizationTests {
  private static let users = ["boss", "admin", "editor", "member", "grouped", "plain", "outsider"]

  private func prepared(_ access: AccessRules = AccessRules()) async throws -> CommandBatch {
    let batch = CommandBatch(access: access)
    var commands = [
      TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "boss"),
      TenantCommand(1, .create(name: "a", parentID: .sample(1), id: .sample(2))),
      TenantCommand(1, .create(name: "b", parentID: .sample(2), id: .sample(3))),
      TenantCommand(1, .create(name: "c", parentID: .sample(1), id: .sample(4))),
      TenantCommand(2, .createRoot(name: nil, id: .sample(9)), by: "other"),
      TenantCommand(2, CreateGroup(name: "g", id: .sample(29)), by: "other"),
      TenantCommand(1, CreateGroup(name: "g", id: .sample(21))),
      TenantCommand(1, CreateGroup(name: "h", id: .sample(22))),
      TenantCommand(1, CreateGroup(name: "i", id: .sample(23))),
    ]
    for user in Self.users where !["boss", "outsider"].contains(user) {
      commands.append(TenantCommand(1, SetTenantMember(userID: UserID(stored: user), role: .member)))
    }
    for (user, role) in [("admin", Role.admin), ("editor", .editor), ("member", .member)] {
      commands.append(
        TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .user(UserID(stored: user)), role: role)))
    }
    commands += [
      TenantCommand(1, SetGroupMember(id: .sample(21), userID: UserID(stored: "grouped"), role: .member)),
      TenantCommand(1, SetGroupMember(id: .sample(22), userID: UserID(stored: "admin"), role: .admin)),
      TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .group(.sample(21)), role: .member)),
    ]
    let outcomes = try await batch.run(commands).outcomes
    #expect(outcomes.allSatisfy { $0.error == nil })
    return batch
  }

  private func allowed(_ batch: CommandBatch, _ permission: Permission, _ object: Resource) async throws -> [String] {
    let outcomes = try await batch.run(
      Self.users.map { TenantCommand(1, CheckAccess(permission: permission, object: object, userID: nil), by: $0) }
    ).outcomes
    return zip(Self.users, outcomes).compactMap { user, outcome in
      if case .success(.access(isAllowed: true)) = outcome { user } else { nil }
    }
  }

  @Test(
    arguments: [
      (.view, .workspace(.sample(3)), ["boss", "admin", "editor", "member", "grouped"]),
      (.edit, .workspace(.sample(3)), ["boss", "admin", "editor"]),
      (.manage, .workspace(.sample(3)), ["boss", "admin"]),
      (.createChild, .workspace(.sample(3)), ["boss", "admin", "editor"]),
      (.createChild, .workspace(.sample(1)), ["boss", "admin", "editor", "member", "grouped", "plain"]),
      (.view, .workspace(.sample(1)), ["boss"]), (.view, .workspace(.sample(4)), ["boss"]),
      (.view, .workspace(.sample(9)), []),
      (.view, .workspace(.sample(99)), []),
      (.view, .tenant(.sample(1)), ["boss", "admin", "editor", "member", "grouped", "plain"]),
      (.administrate, .tenant(.sample(1)), ["boss"]), (.view, .tenant(.sample(2)), []),
      (.view, .group(.sample(21)), ["boss", "grouped"]), (.manage, .group(.sample(21)), ["boss"]),
      (.manage, .group(.sample(22)), ["boss", "admin"]), (.view, .group(.sample(29)), []),
      (.view, .group(.sample(99)), []),
    ] as [(Permission, Resource, [String])])
  func `permissions follow the table`(permission: Permission, object: Resource, expected: [String]) async throws {
    #expect(try await allowed(prepared(), permission, object) == expected)
  }

  @Test func `a closed root accepts children only from those who may edit it`() async throws {
    let batch = try await prepared(AccessRules(opensRoot: false))
    #expect(try await allowed(batch, .createChild, .workspace(.sample(1))) == ["boss"])
  }

  @Test func `an open root accepts children from members who can't see it, and nothing else`() async throws {
    let batch = try await prepared()
    for (user, commands) in [
      (
        "plain",
        [
          (.create(name: "mine", parentID: .sample(1), id: .sample(60)), nil),
          (.create(name: "a", parentID: .sample(1), id: nil), .duplicateWorkspaceName),
          (.move(id: .sample(60), parentID: .sample(1)), nil),
          (.move(id: .sample(3), parentID: .sample(1)), .workspaceNotFound(.sample(3))),
          (.get(id: .sample(1)), .workspaceNotFound(.sample(1))),
          (.rename(id: .sample(1), name: "x"), .workspaceNotFound(.sample(1))),
        ]
      ),
      ("member", [(.move(id: .sample(3), parentID: .sample(1)), .permissionDenied)]),
      ("outsider", [(.create(name: "x", parentID: .sample(1), id: nil), .parentWorkspaceNotFound(.sample(1)))]),
    ] as [(String, [(any WorkspaceCommand, WorkspaceServiceError?)])] {
      for (command, error) in commands {
        #expect(try await batch.run([TenantCommand(1, command, by: user)]).outcomes[0].error == error, "\(command)")
      }
    }
  }

  /// Every command that names a workspace or a group.
  private static func commands(_ workspace: WorkspaceID, _ group: GroupID) -> [any WorkspaceCommand] {
    let user = UserID(stored: "plain")
    return [
      .create(name: "new", parentID: workspace, id: nil), .rename(id: workspace, name: "new"), .delete(id: workspace),
      .get(id: workspace), .move(id: workspace, parentID: .sample(2)), .move(id: .sample(3), parentID: workspace),
      SetWorkspaceMember(id: workspace, member: .user(user), role: .member),
      RemoveWorkspaceMember(id: workspace, member: .user(user)),
      ListWorkspaceMembers(id: workspace, limit: 9, after: nil),
      RenameGroup(id: group, name: "new"), DeleteGroup(id: group), GetGroup(id: group),
      SetGroupMember(id: group, userID: user, role: .member), RemoveGroupMember(id: group, userID: user),
      ListGroupMembers(id: group, limit: 9, after: nil),
      SetWorkspaceMember(id: .sample(2), member: .group(group), role: .member),
      CheckAccess(permission: .view, object: .workspace(workspace), userID: nil),
      CheckAccess(permission: .view, object: .workspace(workspace), userID: user),
      CheckAccess(permission: .view, object: .group(group), userID: nil),
      CheckAccess(permission: .view, object: .group(group), userID: user),
    ]
  }

  @Test(arguments: users.dropFirst())
  func `an invisible object reads like another tenant's and like a missing one`(user: String) async throws {
    // Only the tenant's admin may access the workspace 4 and the group 23.
    let batch = try await prepared()
    let hidden = Self.commands(.sample(4), .sample(23))
    let foreign = Self.commands(.sample(9), .sample(29))
    let missing = Self.commands(.sample(98), .sample(98))
    for ((hidden, foreign), missing) in zip(zip(hidden, foreign), missing) {
      let answers = try await [hidden, foreign, missing].asyncMap { command in
        try await batch.run([TenantCommand(1, command, by: user)]).outcomes[0]
      }
      #expect(answers[0].asRead == answers[2].asRead, "\(hidden)")
      #expect(answers[1].asRead == answers[2].asRead, "\(foreign)")
    }
  }

  @Test func `a user who can see an object but lacks a permission is told so, in the order of the rules`() async throws
  {
    let batch = try await prepared()
    for (command, error) in [
      (.rename(id: .sample(3), name: "a"), .permissionDenied),
      (.rename(id: .sample(3), name: " "), .invalidWorkspaceName(.empty)),
      (.delete(id: .sample(2)), .permissionDenied),
      (.create(name: "x", parentID: .sample(3), id: nil), .permissionDenied),
      (.move(id: .sample(3), parentID: .sample(98)), .parentWorkspaceNotFound(.sample(98))),
      (.move(id: .sample(3), parentID: .sample(2)), .permissionDenied), (.get(id: .sample(3)), nil),
      (.createRoot(name: nil, id: nil), .permissionDenied), (ListTenantMembers(limit: 9, after: nil), nil),
      (SetTenantMember(userID: UserID(stored: "plain"), role: .admin), .permissionDenied),
      (DeleteTenant(), .permissionDenied),
      (SetWorkspaceMember(id: .sample(2), member: .user(UserID(stored: "member")), role: .admin), .permissionDenied),
      (
        CheckAccess(permission: .view, object: .workspace(.sample(2)), userID: UserID(stored: "boss")),
        .permissionDenied
      ),
      (CreateGroup(name: "g", id: nil), .duplicateGroupName),
    ] as [(any WorkspaceCommand, WorkspaceServiceError?)] {
      #expect(try await batch.run([TenantCommand(1, command, by: "member")]).outcomes[0].error == error, "\(command)")
    }
  }

  @Test func `a list shows what is visible, in full pages`() async throws {
    let batch = try await prepared()
    for (user, ids) in [
      ("boss", [1, 2, 3, 4]), ("member", [2, 3]), ("grouped", [2, 3]), ("plain", []), ("outsider", []),
    ] as [(String, [UInt64])] {
      var found: [WorkspaceID] = []
      var after: WorkspaceID?
      repeat {
        guard
          case .success(.page(let page)) = try await batch.run([
            TenantCommand(1, .list(limit: 1, after: after), by: user)
          ]).outcomes[0]
        else {
          Issue.record("no page")
          return
        }
        found += page.workspaces.map(\.id)
        after = page.next
      } while after != nil
      #expect(found == ids.map { .sample($0) }, "\(user)")
    }
  }

  @Test func `a grant and its revocation take effect with the next command`() async throws {
    let batch = try await prepared()
    let plain = Member.user(UserID(stored: "plain"))
    let outcomes = try await batch.run([
      TenantCommand(1, .get(id: .sample(3)), by: "plain"),
      TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: plain, role: .member), by: "admin"),
      TenantCommand(1, .get(id: .sample(3)), by: "plain"),
      TenantCommand(1, RemoveWorkspaceMember(id: .sample(2), member: plain), by: "admin"),
      TenantCommand(1, .get(id: .sample(3)), by: "plain"),
      TenantCommand(1, SetGroupMember(id: .sample(21), userID: UserID(stored: "plain"), role: .member), by: "boss"),
      TenantCommand(1, .get(id: .sample(3)), by: "plain"),
      TenantCommand(1, .move(id: .sample(3), parentID: .sample(4)), by: "boss"),
      TenantCommand(1, .get(id: .sample(3)), by: "plain"),
      TenantCommand(1, RemoveTenantMember(userID: UserID(stored: "plain")), by: "boss"),
      TenantCommand(1, .get(id: .sample(2)), by: "plain"),
      TenantCommand(1, SetTenantMember(userID: UserID(stored: "plain"), role: .member), by: "boss"),
      TenantCommand(1, .get(id: .sample(2)), by: "plain"),
    ]).outcomes
    let hidden = WorkspaceServiceError.workspaceNotFound(.sample(3))
    #expect(
      outcomes.map(\.error) == [
        hidden, nil, nil, nil, hidden, nil, nil, nil, hidden, nil, .workspaceNotFound(.sample(2)), nil,
        .workspaceNotFound(.sample(2)),
      ])
  }

  @Test func `a tenant keeps an admin, whoever asks, and two removals in one batch can't remove the last two`()
    async throws
  {
    let batch = try await prepared()
    let outcomes = try await batch.run([
      TenantCommand(1, RemoveTenantMember(userID: UserID(stored: "boss"))),
      TenantCommand(1, SetTenantMember(userID: UserID(stored: "boss"), role: .member), by: "boss"),
      TenantCommand(1, SetTenantMember(userID: UserID(stored: "plain"), role: .admin), by: "boss"),
      TenantCommand(1, SetTenantMember(userID: UserID(stored: "boss"), role: .member), by: "boss"),
      TenantCommand(1, RemoveTenantMember(userID: UserID(stored: "plain")), by: "plain"),
    ]).outcomes
    #expect(outcomes.map(\.error) == [.lastTenantAdmin, .lastTenantAdmin, nil, nil, .lastTenantAdmin])
  }

  @Test func `a tenant is deleted from the leaves up, and starts again without members`() async throws {
    let batch = try await prepared()
    let boss = UserID(stored: "boss")
    let commands: [TenantCommand] = [
      TenantCommand(1, .delete(id: .sample(3))), TenantCommand(1, .delete(id: .sample(2))),
      TenantCommand(1, .delete(id: .sample(4))),
      TenantCommand(1, SetWorkspaceMember(id: .sample(1), member: .group(.sample(21)), role: .editor)),
      TenantCommand(1, DeleteTenant(), by: "boss"), TenantCommand(1, .get(id: .sample(1)), by: "boss"),
      TenantCommand(1, SetTenantMember(userID: boss, role: .admin)),
      TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "plain"),
      TenantCommand(1, CheckAccess(permission: .view, object: .tenant(.sample(1)), userID: boss)),
    ]
    var halved = 0
    let result = try await batch.runSplit(commands, halved: &halved)
    #expect(halved == 1, "the roles to remove are read only once there are no workspaces")
    let errors: [WorkspaceServiceError?] = [
      nil, nil, nil, nil, nil, .workspaceNotFound(.sample(1)), .tenantNotFound, nil, nil,
    ]
    #expect(result.outcomes.map(\.error) == errors)
    #expect(result.outcomes[8].asRead == "access(isAllowed: false)")
    let told = result.events.map(\.told)
    let start = try #require(told.lastIndex(of: "workspace member_set"))
    let groups = [
      "workspace member_removed", "group member_removed", "group deleted", "group member_removed", "group deleted",
      "group deleted",
    ]
    let members = Array(repeating: "tenant member_removed", count: 6)
    let rest = ["tenant deleted", "workspace created", "tenant member_set"]
    #expect(Array(told[(start + 1)...]) == groups + ["workspace deleted"] + members + rest)
  }

  @Test func `without enforcement nothing is denied, and creators who are not members get no role`() async throws {
    let batch = try await prepared(AccessRules(isEnforced: false, requiresUser: true))
    let result = try await batch.run([
      TenantCommand(1, .create(name: "x", parentID: .sample(2), id: .sample(50)), by: "outsider"),
      TenantCommand(1, .create(name: "y", parentID: .sample(2), id: .sample(51)), by: "plain"),
      TenantCommand(1, .delete(id: .sample(51)), by: "outsider"), TenantCommand(1, .get(id: .sample(2))),
      TenantCommand(
        1, CheckAccess(permission: .view, object: .workspace(.sample(50)), userID: UserID(stored: "outsider"))),
      TenantCommand(1, CheckAccess(permission: .view, object: .workspace(.sample(50)), userID: nil)),
    ])
    #expect(result.outcomes.map(\.error) == [nil, nil, nil, nil, nil, .userRequired])
    #expect(result.outcomes[4].asRead == "access(isAllowed: false)")
    #expect(
      result.events.map(\.told) == [
        "workspace created", "workspace created", "workspace member_removed", "workspace deleted",
      ])
  }

  @Test func `a required user is checked before every rule, and on request only systems create roots`() async throws {
    let strict = CommandBatch(access: AccessRules(requiresUser: true))
    #expect(
      try await strict.run([
        TenantCommand(1, .createRoot(name: " ", id: nil)), TenantCommand(1, .list(limit: 1, after: nil)),
      ])
      .outcomes.map(\.error) == [.userRequired, .userRequired])
    let closed = CommandBatch(access: AccessRules(tenantCreation: .system))
    #expect(
      try await closed.run([
        TenantCommand(1, .createRoot(name: " ", id: nil), by: "u"),
        TenantCommand(1, .createRoot(name: nil, id: nil), by: "u"),
        TenantCommand(1, .createRoot(name: nil, id: nil)),
      ]).outcomes.map(\.error) == [.invalidWorkspaceName(.empty), .permissionDenied, nil])
  }
}
