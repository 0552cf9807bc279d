import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

@Suite struct WorkspaceConstraintTests {
  private static let user = UserID(stored: "u")

  private static let commands: [any WorkspaceCommand] = [
    .createRoot(name: nil, id: nil), .create(name: "n", parentID: .sample(7), id: nil),
    .rename(id: .sample(1), name: "n"),
    .move(id: .sample(1), parentID: .sample(7)), .delete(id: .sample(1)), .get(id: .sample(1)),
    .list(limit: 1, after: nil),
    SetWorkspaceMember(id: .sample(1), member: .user(user), role: .editor),
    RemoveWorkspaceMember(id: .sample(1), member: .user(user)),
    ListWorkspaceMembers(id: .sample(1), limit: 1, after: nil),
    CreateGroup(name: "n", id: nil), RenameGroup(id: .sample(5), name: "n"), DeleteGroup(id: .sample(5)),
    GetGroup(id: .sample(5)),
    ListGroups(limit: 1, after: nil), SetGroupMember(id: .sample(5), userID: user, role: .member),
    RemoveGroupMember(id: .sample(5), userID: user), ListGroupMembers(id: .sample(5), limit: 1, after: nil),
    SetTenantMember(userID: user, role: .member), RemoveTenantMember(userID: user),
    ListTenantMembers(limit: 1, after: nil),
    DeleteTenant(), CheckAccess(permission: .view, object: .workspace(.sample(1)), userID: user),
  ]

  /// The expected rejections, by constraint and command; nil for what is not in this table.
  private static let rejections: [WorkspaceConstraint: [String: WorkspaceServiceError]] = [
    .tenantName: [
      "workspace.create_root": .duplicateWorkspaceName, "workspace.create": .duplicateWorkspaceName,
      "workspace.rename": .duplicateWorkspaceName,
    ],
    .oneRootPerTenant: ["workspace.create_root": .rootWorkspaceExists],
    .workspaceID: ["workspace.create_root": .duplicateWorkspaceID, "workspace.create": .duplicateWorkspaceID],
    .parent: [
      "workspace.create": .parentWorkspaceNotFound(.sample(7)), "workspace.move": .parentWorkspaceNotFound(.sample(7)),
      "workspace.delete": .workspaceHasChildren,
    ],
    .groupName: ["group.create": .duplicateGroupName, "group.rename": .duplicateGroupName],
    .groupID: ["group.create": .duplicateGroupID],
    .groupTenant: ["group.create": .tenantNotFound],
    .tenantOfMember: ["tenant.set_member": .tenantNotFound],
    .groupOfMember: ["group.set_member": .groupNotFound(.sample(5))],
    .userOfGroup: ["group.set_member": .memberNotInTenant],
    .workspaceOfMember: ["workspace.set_member": .workspaceNotFound(.sample(1))],
    .userOfWorkspace: ["workspace.set_member": .memberNotInTenant],
    .groupOfWorkspace: ["workspace.set_member": .memberNotInTenant],
    .tenantID: ["workspace.create_root": .rootWorkspaceExists],
  ]

  @Test(arguments: WorkspaceConstraint.allCases)
  func `a lost race reads exactly like the pre-check`(constraint: WorkspaceConstraint) {
    #expect(Self.commands.map { type(of: $0).typeName } == CommandType.allCases.map(\.rawValue))
    for command in Self.commands {
      let name = type(of: command).typeName
      #expect(command.rejection(by: constraint) == Self.rejections[constraint]?[name], "\(name)")
    }
  }

  @Test func `the constraint on names has the name that others rely on`() {
    #expect(WorkspaceConstraint.tenantName.rawValue == "uq_workspaces_tenant_name")
  }

  @Test func `two command keys are equal only if their bytes are`() {
    let composed = CommandKey(tenantID: .sample(1), source: "/s", id: "\u{E9}")
    let decomposed = CommandKey(tenantID: .sample(1), source: "/s", id: "e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed, composed]).count == 2)
    #expect(
      CommandKey(tenantID: .sample(1), source: "/a", id: "b") != CommandKey(tenantID: .sample(1), source: "/b", id: "a")
    )
    #expect(
      CommandKey(tenantID: .sample(1), source: "a", id: "b") != CommandKey(tenantID: .sample(2), source: "a", id: "b"))
    #expect(
      CommandKey(tenantID: .sample(1), source: "a", id: "bc") != CommandKey(tenantID: .sample(1), source: "ab", id: "c")
    )
  }
}
