import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// How a unit of work applies decisions that were made before it. Tenant 1 has the root 1 with 2 below it and the group
/// 21, tenant 2 the root 5; "ann" is a member of both.
@Suite struct GivenRulesTests {
  private let store = InMemoryUnitOfWorkStore()

  private static let founding = [
    TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "boss"),
    TenantCommand(1, .create(name: "a", parentID: .sample(1), id: .sample(2))),
    TenantCommand(1, CreateGroup(name: "g", id: .sample(21))),
    TenantCommand(1, SetTenantMember(userID: UserID(stored: "ann"), role: .member)),
    TenantCommand(2, .createRoot(name: nil, id: .sample(5)), by: "boss"),
    TenantCommand(2, SetTenantMember(userID: UserID(stored: "ann"), role: .member)),
  ]

  /// The results of commands as one batch, with the given answer to each question.
  ///
  /// - Parameter answer: returns nil for a question without an answer.
  private func run(_ commands: [TenantCommand], _ answer: @escaping @Sendable (AccessQuestion) -> Bool?) async throws
    -> [CommandResult]
  {
    _ = try await CommandBatch(store: store).run(Self.founding)
    let batch = CommandBatch(
      store: store,
      decide: { questions, _ in
        let answers = questions.compactMap { question in answer(question).map { (question, $0) } }
        return GivenDecisions(answers: Dictionary(uniqueKeysWithValues: answers), sequences: [:])
      })
    return try await batch.run(commands).outcomes
  }

  @Test func `answers count, whatever the roles say`() async throws {
    let outcomes = try await run([
      TenantCommand(1, .get(id: .sample(2)), by: "stranger"),
      TenantCommand(1, .rename(id: .sample(2), name: "x"), by: "boss"),
      TenantCommand(1, CheckAccess(permission: .manage, object: .group(.sample(21)), userID: nil), by: "boss"),
    ]) { $0.permission == .view }
    #expect(outcomes.map(\.error) == [nil, .permissionDenied, nil])
    #expect(outcomes[2] == .success(.access(isAllowed: false)))
  }

  @Test func `objects outside the tenant permit nothing, whatever the answer`() async throws {
    let outcomes = try await run([
      TenantCommand(1, CheckAccess(permission: .view, object: .workspace(.sample(5)), userID: nil), by: "boss"),
      TenantCommand(1, CheckAccess(permission: .view, object: .workspace(.sample(99)), userID: nil), by: "boss"),
      TenantCommand(1, CheckAccess(permission: .view, object: .tenant(.sample(2)), userID: nil), by: "boss"),
      TenantCommand(2, CheckAccess(permission: .view, object: .group(.sample(21)), userID: nil), by: "boss"),
    ]) { _ in true }
    #expect(outcomes == Array(repeating: .success(.access(isAllowed: false)), count: 4))
  }

  @Test(
    arguments: [
      .create(name: "n", parentID: .sample(1), id: .sample(3)), .delete(id: .sample(2)),
      CreateGroup(name: "h", id: .sample(22)),
      DeleteGroup(id: .sample(21)), SetTenantMember(userID: UserID(stored: "bob"), role: .member),
      SetWorkspaceMember(id: .sample(2), member: .user(UserID(stored: "ann")), role: .member),
    ] as [any WorkspaceCommand])
  func `after a relationship change only that tenant's questions are undecided`(
    change: any WorkspaceCommand
  ) async throws {
    await #expect(throws: UnitOfWorkError.failed(reason: "undecided")) {
      try await run([TenantCommand(1, change), TenantCommand(1, .get(id: .sample(1)), by: "ann")]) { _ in true }
    }
    let other = try await run([TenantCommand(1, change), TenantCommand(2, .get(id: .sample(5)), by: "ann")]) { _ in true
    }
    #expect(other.allSatisfy { $0.error == nil })
  }

  @Test(
    arguments: [
      .rename(id: .sample(2), name: "x"), RenameGroup(id: .sample(21), name: "x"), .get(id: .sample(2)),
      SetTenantMember(userID: UserID(stored: "ann"), role: .member), .delete(id: .sample(99)),
    ] as [any WorkspaceCommand])
  func `a change of no relationship leaves everything decided`(command: any WorkspaceCommand) async throws {
    let outcomes = try await run([TenantCommand(1, command), TenantCommand(1, .get(id: .sample(1)), by: "ann")]) { _ in
      true
    }
    #expect(outcomes.last?.error == nil)
  }

  @Test func `an unanswered question is not a denial`() async throws {
    let outcomes = try await run([TenantCommand(1, .get(id: .sample(2)), by: "ann")]) { _ in nil }
    guard case .failure(.repositoryFailed(.notLoaded)) = outcomes[0] else {
      Issue.record("\(outcomes)")
      return
    }
  }

  @Test func `decisions hold while each tenant's sequence is the one that they were made at`() {
    let decisions = GivenDecisions(answers: [:], sequences: [.sample(1): 4, .sample(2): nil])
    var snapshot = Snapshot()
    snapshot.tenants = [.sample(1): 4, .sample(3): 9]
    #expect(decisions.hold(in: snapshot))
    snapshot.tenants[.sample(2)] = 0
    #expect(!decisions.hold(in: snapshot))
    snapshot.tenants = [.sample(1): 5]
    #expect(!decisions.hold(in: snapshot))
  }
}
