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
    _ commands: [TenantCommand], on batched: CommandBatch, _ single: CommandBatch, halved: inout Int
  ) async throws -> (outcomes: [CommandResult], events: [DomainEvent]) {
    let result = try await single.runSingly(commands)
    let ofBatch = try await batched.runSplit(commands, halved: &halved)
    #expect(ofBatch.outcomes == result.outcomes, "\(commands)")
    #expect(ofBatch.events == result.events)
    #expect(try await batched.workspaces(of: [1]) == single.workspaces(of: [1]), "\(commands)")
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
