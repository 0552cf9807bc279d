import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// The same commands as batches and one by one: nobody can tell the difference.
@Suite struct BatchEquivalenceTests {
  private static let tenants: ClosedRange<UInt64> = 1...3

  @Test("random batches have the outcomes, the events and the rows that their commands have one by one", arguments: 0..<6)
  func randomWalk(seed: UInt64) async throws {
    var source = CommandSource(seed: seed)
    var conflicts = 0
    var accepted = 0
    for _ in 0..<40 {
      let batched = MemoryBatch()
      let single = MemoryBatch()
      for tenant in Self.tenants.dropLast() {
        let root = [TenantCommand(tenant, .createRoot(name: "Root", id: .sample(tenant)))]
        _ = try await (batched.run(root), single.run(root))
      }
      for _ in 0..<12 {
        let commands = (0..<Int.random(in: 1...14, using: &source.random)).map { _ in
          source.next(of: Self.tenants)
        }
        var outcomes: [Outcome] = []
        var events: [WorkspaceEvent] = []
        for command in commands {
          let result = try await single.run([command])
          outcomes += result.outcomes
          events += result.events
        }
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

  /// - Returns: nil where names change hands in a circle, which breaks the constraint row by row. Whoever runs such a
  ///   batch splits it.
  private func run(
    _ commands: [TenantCommand], on batch: MemoryBatch
  ) async throws -> (outcomes: [Outcome], events: [WorkspaceEvent])? {
    do {
      return try await batch.run(commands)
    } catch {
      guard error == .conflict(constraint: .tenantName) else { throw error }
      return nil
    }
  }
}

/// Commands that get into each other's way: few ids and names, and often the id of the command before.
private struct CommandSource {
  var random: SeededRandom
  private var lastID = WorkspaceID.sample(1)

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func next(of tenants: ClosedRange<UInt64>) -> TenantCommand {
    // The last tenant has no root, and little to say.
    let tenant = Int.random(in: 0..<9, using: &random) == 0 ? tenants.upperBound : .random(in: tenants.lowerBound..<tenants.upperBound, using: &random)
    return TenantCommand(tenant, command(below: .sample(tenant)))
  }

  private mutating func command(below root: WorkspaceID) -> WorkspaceCommand {
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

  /// Names that collide often, with two that differ in bytes alone.
  private mutating func name() -> String {
    ["a", "b", " a", "\u{E9}", "e\u{301}", "Root", "", "c", "d", "e", "f", "g", "h", "i"].randomElement(using: &random) ?? "a"
  }
}
