import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Every rule that rejects, and which one wins if several apply.
@Suite struct WorkspaceServiceRejectionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let tenant: UInt64
    let command: any WorkspaceCommand
    let error: WorkspaceServiceError

    init(_ name: String, tenant: UInt64 = 1, _ command: any WorkspaceCommand, _ error: WorkspaceServiceError) {
      self.name = name
      self.tenant = tenant
      self.command = command
      self.error = error
    }

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    // create_root: name, duplicate name, duplicate id, root.
    Case("a root with an empty name", .createRoot(name: " ", id: .sample(21)), .invalidWorkspaceName(.empty)),
    Case(
      "a root with an empty name, of a new tenant", tenant: 3, .createRoot(name: "", id: nil),
      .invalidWorkspaceName(.empty)),
    Case(
      "a second root with the name of a child and a taken id", .createRoot(name: "a", id: .sample(21)),
      .duplicateWorkspaceName),
    Case("a second root with the name of the first", .createRoot(name: "Root", id: nil), .duplicateWorkspaceName),
    Case("a second root with an id of this tenant", .createRoot(name: "new", id: .sample(12)), .duplicateWorkspaceID),
    Case(
      "a second root with an id of another tenant", .createRoot(name: "new", id: .sample(21)), .duplicateWorkspaceID),
    Case(
      "a first root with an id of another tenant", tenant: 3, .createRoot(name: "new", id: .sample(21)),
      .duplicateWorkspaceID),
    Case("a second root", .createRoot(name: "new", id: .sample(99)), .rootWorkspaceExists),
    Case("a second root without name and id", .createRoot(name: nil, id: nil), .rootWorkspaceExists),

    // create: name, parent, duplicate name, duplicate id.
    Case(
      "an invalid name below a missing parent", .create(name: "a\u{1}b", parentID: .sample(99), id: .sample(12)),
      .invalidWorkspaceName(.controlCharacter)),
    Case(
      "a missing parent, name and id taken", .create(name: "a", parentID: .sample(99), id: .sample(12)),
      .parentWorkspaceNotFound(.sample(99))),
    Case(
      "another tenant's parent, name and id taken", .create(name: "a", parentID: .sample(20), id: .sample(12)),
      .unauthorizedParent(.sample(20))),
    Case(
      "a parent of an unknown tenant", tenant: 3, .create(name: "a", parentID: .sample(10), id: nil),
      .unauthorizedParent(.sample(10))),
    Case("name and id taken", .create(name: "a", parentID: .sample(10), id: .sample(12)), .duplicateWorkspaceName),
    Case(
      "the name of a workspace elsewhere in the tree", .create(name: "Root", parentID: .sample(13), id: nil),
      .duplicateWorkspaceName),
    Case(
      "a name that is taken after trimming", .create(name: "  a\u{3000}", parentID: .sample(12), id: nil),
      .duplicateWorkspaceName),
    Case("an id of this tenant", .create(name: "new", parentID: .sample(10), id: .sample(12)), .duplicateWorkspaceID),
    Case(
      "an id of another tenant", .create(name: "new", parentID: .sample(10), id: .sample(21)), .duplicateWorkspaceID),
    Case("its parent's id", .create(name: "new", parentID: .sample(10), id: .sample(10)), .duplicateWorkspaceID),
    Case(
      "its own parent", .create(name: "new", parentID: .sample(99), id: .sample(99)),
      .parentWorkspaceNotFound(.sample(99))),

    // rename: name, existence, duplicate name.
    Case(
      "an invalid new name of a missing workspace", .rename(id: .sample(99), name: ""), .invalidWorkspaceName(.empty)),
    Case(
      "a taken new name of a missing workspace", .rename(id: .sample(99), name: "a"), .workspaceNotFound(.sample(99))),
    Case(
      "a taken new name of another tenant's workspace", .rename(id: .sample(21), name: "a"), .unauthorized(.sample(21))),
    Case(
      "another tenant's workspace, its own name", .rename(id: .sample(20), name: "Root"), .unauthorized(.sample(20))),
    Case("a taken new name", .rename(id: .sample(12), name: "a"), .duplicateWorkspaceName),
    Case("a root's taken new name", .rename(id: .sample(10), name: "c"), .duplicateWorkspaceName),

    // move: existence, the parent's, root, inside itself, depth.
    Case(
      "moving a missing workspace to a missing parent", .move(id: .sample(99), parentID: .sample(98)),
      .workspaceNotFound(.sample(99))),
    Case(
      "moving another tenant's workspace", .move(id: .sample(21), parentID: .sample(20)), .unauthorized(.sample(21))),
    Case(
      "moving a root to a missing parent", .move(id: .sample(10), parentID: .sample(99)),
      .parentWorkspaceNotFound(.sample(99))),
    Case(
      "moving to another tenant's root", .move(id: .sample(12), parentID: .sample(20)), .unauthorizedParent(.sample(20))
    ),
    Case("moving a root to itself", .move(id: .sample(10), parentID: .sample(10)), .cannotMoveRootWorkspace),
    Case("moving a root below itself", .move(id: .sample(10), parentID: .sample(13)), .cannotMoveRootWorkspace),
    Case("moving a workspace to itself", .move(id: .sample(11), parentID: .sample(11)), .workspaceInsideItself),
    Case("moving a workspace below itself", .move(id: .sample(11), parentID: .sample(13)), .workspaceInsideItself),

    // delete: existence, root, children.
    Case("deleting a missing workspace", .delete(id: .sample(99)), .workspaceNotFound(.sample(99))),
    Case("deleting another tenant's root", .delete(id: .sample(20)), .unauthorized(.sample(20))),
    Case("deleting another tenant's leaf", .delete(id: .sample(21)), .unauthorized(.sample(21))),
    Case("deleting a root with children", .delete(id: .sample(10)), .cannotDeleteRootWorkspace),
    Case("deleting a parent", .delete(id: .sample(11)), .workspaceHasChildren),

    Case("getting a missing workspace", .get(id: .sample(99)), .workspaceNotFound(.sample(99))),
    Case("getting another tenant's workspace", .get(id: .sample(21)), .unauthorized(.sample(21))),
    Case("getting a workspace of an unknown tenant", tenant: 3, .get(id: .sample(10)), .unauthorized(.sample(10))),
  ]

  @Test(arguments: cases)
  func `the first broken rule is the answer, and nothing changes`(_ test: Case) {
    let fixture = ServiceFixture(tenant: test.tenant, [test.command])
    #expect(fixture.run(test.command) == .failure(test.error))
    #expect(fixture.changes == .init())
    #expect(fixture.takeEvents().isEmpty)
  }

  @Test(arguments: [
    (WorkspaceServiceError.unauthorized(.sample(1)), WorkspaceServiceError.workspaceNotFound(.sample(1))),
    (.unauthorizedParent(.sample(1)), .parentWorkspaceNotFound(.sample(1))),
  ])
  func `another tenant's workspace reads exactly like a missing one`(
    foreign: WorkspaceServiceError, missing: WorkspaceServiceError
  ) {
    #expect(foreign.rejection == missing.rejection)
    #expect(foreign.rejection != nil)
  }

  @Test(
    arguments: [
      (.invalidWorkspaceName(.empty), "invalid_workspace_name"),
      (.invalidWorkspaceName(.tooLong(length: 513)), "invalid_workspace_name"),
      (.invalidWorkspaceName(.controlCharacter), "invalid_workspace_name"),
      (.duplicateWorkspaceName, "duplicate_workspace_name"), (.duplicateWorkspaceID, "duplicate_workspace_id"),
      (.rootWorkspaceExists, "root_workspace_exists"),
      (.parentWorkspaceNotFound(.sample(1)), "parent_workspace_not_found"),
      (.unauthorizedParent(.sample(1)), "parent_workspace_not_found"),
      (.workspaceNotFound(.sample(1)), "workspace_not_found"), (.unauthorized(.sample(1)), "workspace_not_found"),
      (.cannotDeleteRootWorkspace, "cannot_delete_root_workspace"), (.workspaceHasChildren, "workspace_has_children"),
      (.repositoryFailed(.notLoaded("x")), nil), (.identifiersExhausted, nil),
    ] as [(WorkspaceServiceError, String?)])
  func `each rule has its code`(error: WorkspaceServiceError, code: String?) {
    #expect(error.rejection?.code.rawValue == code)
  }

  @Test func `no explanation names an id: it could be another tenant's`() {
    for test in Self.cases {
      let message = test.error.rejection?.message ?? ""
      #expect(!message.isEmpty)
      #expect(!message.contains("0000000000"))
    }
  }
}
