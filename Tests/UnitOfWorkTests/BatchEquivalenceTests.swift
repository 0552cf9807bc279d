import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// The same commands as batches and one by one: the result is indistinguishable.
@Suite struct BatchEquivalenceTests {
  private static let tenants: ClosedRange<UInt64> = 1...3

  @Test(arguments: 0..<6)
  func `random batches have the outcomes, events and rows of their commands run one by one`(
    seed: UInt64
  ) async throws {
    var source = CommandSource(seed: seed)
    var conflicts = 0
    var accepted = 0
    for _ in 0..<40 {
      let batched = CommandBatch()
      let single = CommandBatch()
      for tenant in Self.tenants.dropLast() {
        let root = [TenantCommand(tenant, .createRoot(name: "Root", id: .sample(tenant)))]
        _ = try await (batched.run(root), single.run(root))
      }
      for _ in 0..<12 {
        let commands = (0..<Int.random(in: 1...14, using: &source.random)).map { _ in
          source.next(of: Self.tenants)
        }
        let (outcomes, events) = try await single.runSingly(commands)
        accepted += outcomes.count { $0.error == nil }
        guard let result = try await run(commands, on: batched) else {
          conflicts += 1
          break
        }
        #expect(result.outcomes == outcomes, "\(commands)")
        #expect(result.events == events)
        #expect(try await batched.workspaces(of: Self.tenants) == single.workspaces(of: Self.tenants), "\(commands)")
      }
    }
    #expect(accepted > 500)
    #expect(conflicts < 60)
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `random batches of moves have the outcomes, events and rows of moves run one by one`(seed: UInt64) async throws {
    var source = CommandSource(seed: seed)
    var (moved, tooDeep, inside, halved) = (0, 0, 0, 0)
    for _ in 0..<30 {
      let batched = CommandBatch()
      let single = CommandBatch()
      let tree = source.tree(of: 1, count: 12)
      _ = try await (batched.run(tree), single.run(tree))
      for _ in 0..<12 {
        let commands = (0..<Int.random(in: 1...14, using: &source.random)).map { _ in source.change(of: 1, count: 12) }
        let (outcomes, events) = try await expectSame(commands, on: batched, single, halved: &halved)
        moved += events.count { $0.isMove }
        tooDeep += outcomes.count { $0.error == .workspaceTreeTooDeep(4) }
        inside += outcomes.count { $0.error == .workspaceInsideItself }
      }
    }
    #expect(moved > 100 && tooDeep > 100 && inside > 20, "\(moved) \(tooDeep) \(inside)")
    #expect(halved > 5, "some batches were split")
  }

  @Test
  func
    `random batches of grants and of what they permit have the outcomes, the events and the rows that they have one by one`()
    async throws
  {
    var source = CommandSource(seed: 1)
    var halved = 0
    var errors: [String: Int] = [:]
    for round in 0..<150 {
      let rules = AccessRules(isEnforced: round % 6 != 0, opensRoot: round % 3 != 0)
      let batched = CommandBatch(access: rules)
      let single = CommandBatch(access: rules)
      let founding = source.founding(of: 1, count: 5)
      _ = try await (batched.run(founding), single.run(founding))
      for _ in 0..<12 {
        let commands = (0..<Int.random(in: 1...12, using: &source.random)).map { _ in source.access(of: 1, count: 5) }
        let (outcomes, _) = try await expectSame(commands, on: batched, single, halved: &halved)
        for outcome in outcomes { errors[outcome.error?.rejection?.code.rawValue ?? "none", default: 0] += 1 }
      }
    }
    for code in [
      "none", "permission_denied", "workspace_not_found", "group_not_found", "member_not_in_tenant", "member_not_found",
      "last_tenant_admin", "tenant_has_workspaces", "duplicate_group_name", "root_workspace_exists",
    ] {
      #expect(errors[code, default: 0] > 0, "\(code) of \(errors)")
    }
    #expect(halved > 5, "some batches were split")
  }

  /// What a batch remembers of one answer must not outlive any of the changes that can make it wrong.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func `the same questions between random changes have the answers that they have one by one`(
    seed: UInt64
  ) async throws {
    var source = CommandSource(seed: seed)
    var halved = 0
    var answers: [Bool: Int] = [:]
    for _ in 0..<40 {
      let (batched, single) = (CommandBatch(), CommandBatch())
      let founding = source.founding(of: 1, count: 4)
      _ = try await (batched.run(founding), single.run(founding))
      for _ in 0..<10 {
        let commands = (0..<Int.random(in: 8...24, using: &source.random)).map { _ in source.question(of: 1) }
        let (outcomes, _) = try await expectSame(commands, on: batched, single, halved: &halved)
        for case .success(.access(let isAllowed)) in outcomes { answers[isAllowed, default: 0] += 1 }
      }
    }
    #expect(answers[true, default: 0] > 200 && answers[false, default: 0] > 200, "\(answers)")
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `random batches of tenants that come and go, with ids in common, have the outcomes that they have one by one`(
    seed: UInt64
  ) async throws {
    var source = CommandSource(seed: seed)
    var halved = 0
    var errors: [String: Int] = [:]
    for _ in 0..<100 {
      let batched = CommandBatch()
      let single = CommandBatch()
      for _ in 0..<12 {
        let commands = (0..<Int.random(in: 1...14, using: &source.random)).map { _ in source.turnover(of: Self.tenants)
        }
        let (outcomes, _) = try await expectSame(commands, of: Self.tenants, on: batched, single, halved: &halved)
        for outcome in outcomes { errors[outcome.error?.rejection?.code.rawValue ?? "none", default: 0] += 1 }
      }
    }
    for code in ["none", "tenant_not_found", "last_tenant_admin", "root_workspace_exists", "duplicate_workspace_id"] {
      #expect(errors[code, default: 0] > 0, "\(code) of \(errors)")
    }
  }

  /// More admins than are counted for what the batch may remove.
  @Test func `a tenant deleted and founded again in a batch has the admins that it then has`() async throws {
    let (batched, single) = (CommandBatch(), CommandBatch())
    func admin(_ user: String, by actor: String? = nil) -> TenantCommand {
      TenantCommand(1, SetTenantMember(userID: UserID(stored: user), role: .admin), by: actor)
    }
    var halved = 0
    let founding = [TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "ann")] + "abcd".map { admin("\($0)") }
    _ = try await expectSame(founding, on: batched, single, halved: &halved)
    let (outcomes, _) = try await expectSame(
      [
        TenantCommand(1, DeleteTenant()), TenantCommand(1, .createRoot(name: nil, id: .sample(1)), by: "ann"),
        admin("bob", by: "ann"), TenantCommand(1, RemoveTenantMember(userID: UserID(stored: "ann")), by: "bob"),
      ], on: batched, single, halved: &halved)
    #expect(outcomes.map(\.error) == [nil, nil, nil, nil])
  }

  /// The permission to delete the workspace is that of a group, whose role is read last and goes last.
  @Test(arguments: 1...9)
  func `a permission lasts until the removal that rests on it is done`(users: Int) async throws {
    let batch = CommandBatch(cascadeLimit: 3)
    let members = (1...users).map { UserID(stored: "m\($0)") }
    _ = try await batch.run([
      TenantCommand(1, .createRoot(name: nil, id: .sample(1))),
      TenantCommand(1, .create(name: "w", parentID: .sample(1), id: .sample(2))),
      TenantCommand(1, SetTenantMember(userID: UserID(stored: "boss"), role: .member)),
      TenantCommand(1, CreateGroup(name: "g", id: .sample(21))),
      TenantCommand(1, SetGroupMember(id: .sample(21), userID: UserID(stored: "boss"), role: .member)),
      TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .group(.sample(21)), role: .admin)),
    ])
    _ = try await batch.run(
      members.flatMap {
        [
          TenantCommand(1, SetTenantMember(userID: $0, role: .member)),
          TenantCommand(1, SetWorkspaceMember(id: .sample(2), member: .user($0), role: .member)),
        ]
      })
    let (outcomes, events) = try await batch.run([TenantCommand(1, .delete(id: .sample(2)), by: "boss")])
    #expect(outcomes.map(\.error) == [nil])
    #expect(events.count == users + 2)
    expectRolesFirst(events)
  }

  @Test(arguments: 2...4)
  func `removing roles in several transactions has the same result as in one`(limit: Int) async throws {
    var source = CommandSource(seed: UInt64(limit))
    var (halved, cut) = (0, 0)
    for round in 0..<100 {
      let rules = AccessRules(isEnforced: round % 6 != 0, opensRoot: round % 3 != 0)
      let whole = CommandBatch(access: rules)
      let parts = CommandBatch(access: rules, cascadeLimit: limit)
      let founding = source.founding(of: 1, count: 5)
      _ = try await (whole.run(founding), parts.run(founding))
      for _ in 0..<12 {
        let commands = (0..<Int.random(in: 1...12, using: &source.random)).map { _ in source.access(of: 1, count: 5) }
        let (outcomes, events) = try await whole.runSingly(commands)
        let result = try await parts.runSplit(commands, halved: &halved)
        #expect(result.outcomes == outcomes, "\(commands)")
        #expect(result.events.map { "\($0)" }.sorted() == events.map { "\($0)" }.sorted(), "\(commands)")
        expectRolesFirst(result.events)
        if result.events != events { cut += 1 }
        #expect(try await parts.workspaces(of: [1]) == whole.workspaces(of: [1]), "\(commands)")
        #expect(try await parts.roles(of: [1]) == whole.roles(of: [1]), "\(commands)")
      }
    }
    #expect(cut > 2, "some removals were split, in a visible order")
  }

  /// Runs the commands of a tenant as one batch, and one by one.
  ///
  /// - Returns: what came of them.
  private func expectSame(
    _ commands: [TenantCommand], of tenants: ClosedRange<UInt64> = 1...1, on batched: CommandBatch,
    _ single: CommandBatch, halved: inout Int
  ) async throws -> (outcomes: [CommandResult], events: [DomainEvent]) {
    let result = try await single.runSingly(commands)
    let ofBatch = try await batched.runSplit(commands, halved: &halved)
    #expect(ofBatch.outcomes == result.outcomes, "\(commands)")
    #expect(ofBatch.events == result.events)
    #expect(try await batched.workspaces(of: tenants) == single.workspaces(of: tenants), "\(commands)")
    #expect(try await batched.roles(of: tenants) == single.roles(of: tenants), "\(commands)")
    return result
  }

  /// What goes is told of after each role on it, and each that it had.
  private func expectRolesFirst(_ events: [DomainEvent]) {
    var gone: Set<Resource> = []
    for event in events {
      switch event {
      case .membership(let event):
        #expect(!gone.contains(event.object))
        if case .group(let id) = event.member { #expect(!gone.contains(.group(id))) }
      case .group(let event):
        if case .created = event.change { gone.remove(.group(event.groupID)) }
        if case .deleted = event.change { gone.insert(.group(event.groupID)) }
      case .workspace(let event):
        if case .created = event.change { gone.subtract([.workspace(event.workspaceID), .tenant(event.tenantID)]) }
        if case .deleted = event.change { gone.insert(.workspace(event.workspaceID)) }
      case .tenantDeleted(let id, _): gone.insert(.tenant(id))
      }
    }
  }

  /// - Returns: nil if names are swapped in a circle, which violates the constraint row by row. The worker splits such
  ///   a batch.
  private func run(
    _ commands: [TenantCommand], on batch: CommandBatch
  ) async throws -> (outcomes: [CommandResult], events: [DomainEvent])? {
    do {
      return try await batch.run(commands)
    } catch {
      guard error == .conflict(constraint: .tenantName) else { throw error }
      return nil
    }
  }
}

extension DomainEvent {
  fileprivate var isMove: Bool {
    if case .workspace(let event) = self, case .moved = event.change { true } else { false }
  }
}
