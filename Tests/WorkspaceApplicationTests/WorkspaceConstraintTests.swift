import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

@Suite struct WorkspaceConstraintTests {
  private static let commands: [String: WorkspaceCommand] = [
    "create_root": .createRoot(name: nil, id: nil), "create": .create(name: "n", parentID: .sample(7), id: nil),
    "rename": .rename(id: .sample(1), name: "n"), "delete": .delete(id: .sample(1)), "get": .get(id: .sample(1)),
    "list": .list(limit: 1, after: nil),
  ]

  /// What is not in this table is nil.
  private static let rejections: [WorkspaceConstraint: [String: WorkspaceServiceError]] = [
    .tenantName: ["create_root": .duplicateWorkspaceName, "create": .duplicateWorkspaceName, "rename": .duplicateWorkspaceName],
    .oneRootPerTenant: ["create_root": .rootWorkspaceExists],
    .workspaceID: ["create_root": .duplicateWorkspaceID, "create": .duplicateWorkspaceID],
    .parent: ["create": .parentWorkspaceNotFound(.sample(7)), "delete": .workspaceHasChildren],
    .tenantID: ["create_root": .rootWorkspaceExists],
  ]

  @Test("a lost race reads exactly like the pre-check", arguments: WorkspaceConstraint.allCases)
  func rejection(constraint: WorkspaceConstraint) {
    for (name, command) in Self.commands {
      #expect(constraint.rejection(of: command) == Self.rejections[constraint]?[name], "\(name)")
    }
  }

  @Test("the constraint on names has the name that others rely on")
  func nameOfConstraint() {
    #expect(WorkspaceConstraint.tenantName.rawValue == "uq_workspaces_tenant_name")
  }

  @Test("two keys of commands are one only when their bytes are")
  func commandKeys() {
    let composed = CommandKey(source: "/s", id: "\u{E9}")
    let decomposed = CommandKey(source: "/s", id: "e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed, composed]).count == 2)
    #expect(CommandKey(source: "/a", id: "b") != CommandKey(source: "/b", id: "a"))
    #expect(CommandKey(source: "a", id: "bc") != CommandKey(source: "ab", id: "c"))
  }
}
