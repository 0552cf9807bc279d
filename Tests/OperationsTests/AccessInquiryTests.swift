import Operations
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Why somebody may do something.
///
/// Tenant 1 of "boss": root 1, 2 ("a") below it, 3 ("b") below that. On 2 the group 21 is editor, which "grouped" is
/// in, and "direct" is a member; "plain" is only a member of the tenant.
@Suite struct AccessInquiryTests {
  private func prepared() async throws -> any UnitOfWorkStore {
    let batch = CommandBatch()
    var commands = [
      TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "boss"),
      TenantCommand(1, .create(name: "a", parentID: .sample(1), id: .sample(2))),
      TenantCommand(1, .create(name: "b", parentID: .sample(2), id: .sample(3))),
      TenantCommand(1, CreateGroup(name: "g", id: .sample(21))),
      TenantCommand(2, .createRoot(name: nil, id: .sample(9)), by: "boss"),
    ]
    for user in ["grouped", "direct", "plain"] {
      commands.append(TenantCommand(1, SetTenantMember(userID: UserID(stored: user), role: .member)))
    }
    commands += [
      TenantCommand(1, SetGroupMember(id: .sample(21), userID: UserID(stored: "grouped"), role: .member)),
      TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .group(.sample(21)), role: .editor)),
      TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .user(UserID(stored: "direct")), role: .member)),
    ]
    #expect(try await batch.run(commands).outcomes.allSatisfy { $0.error == nil })
    return batch.store
  }

  private func explanation(
    _ user: String, _ permission: Permission, _ resource: Resource, rules: AccessRules = AccessRules()
  ) async throws -> AccessExplanation {
    let question = AccessQuestion(
      tenantID: .sample(1), userID: UserID(stored: user), permission: permission, resource: resource)
    return try await AccessInquiry(question, rules: rules).explanation(from: try await prepared())
  }

  private static func held(_ role: Role, _ user: String, _ object: Resource) -> HeldRole {
    HeldRole(role, of: .user(UserID(stored: user)), on: object)
  }

  @Test(
    arguments: [
      ("boss", .manage, .workspace(.sample(3)), .role(held(.admin, "boss", .tenant(.sample(1))))),
      (
        "grouped", .edit, .workspace(.sample(3)),
        .role(HeldRole(.editor, of: .group(.sample(21)), on: .workspace(.sample(2))))
      ),
      ("grouped", .manage, .workspace(.sample(3)), nil),
      ("direct", .view, .workspace(.sample(3)), .role(held(.member, "direct", .workspace(.sample(2))))),
      ("direct", .edit, .workspace(.sample(3)), nil), ("plain", .view, .workspace(.sample(3)), nil),
      ("plain", .createChild, .workspace(.sample(1)), .openRoot), ("nobody", .createChild, .workspace(.sample(1)), nil),
      ("grouped", .view, .group(.sample(21)), .role(held(.member, "grouped", .group(.sample(21))))),
      ("boss", .view, .workspace(.sample(9)), nil), ("boss", .view, .tenant(.sample(2)), nil),
      ("plain", .view, .tenant(.sample(1)), .role(held(.member, "plain", .tenant(.sample(1))))),
    ] as [(String, Permission, Resource, AccessGround?)])
  func `the reason is the role that decides`(
    user: String, permission: Permission, object: Resource, expected: AccessGround?
  ) async throws {
    #expect(try await explanation(user, permission, object).ground == expected)
  }

  @Test func `an explanation has the path to the object, the roles on it, and their names`() async throws {
    let explanation = try await explanation("grouped", .edit, .workspace(.sample(3)))
    #expect(explanation.exists)
    #expect(explanation.path == [.sample(1), .sample(2), .sample(3)])
    #expect(
      explanation.roles == [
        Self.held(.member, "grouped", .tenant(.sample(1))),
        HeldRole(.editor, of: .group(.sample(21)), on: .workspace(.sample(2))),
      ])
    #expect(
      explanation.names == [
        .workspace(.sample(1)): "Root", .workspace(.sample(2)): "a", .workspace(.sample(3)): "b",
        .group(.sample(21)): "g",
      ])
  }

  @Test(
    arguments: [.workspace(.sample(9)), .workspace(.sample(99)), .group(.sample(99)), .tenant(.sample(2))] as [Resource]
  )
  func `nothing is revealed about objects outside the tenant`(object: Resource) async throws {
    let explanation = try await explanation("boss", .view, object)
    #expect(explanation.ground == nil)
    #expect(!explanation.exists)
    #expect(explanation.path.isEmpty)
    #expect(explanation.names.isEmpty)
  }
}
