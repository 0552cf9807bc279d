package import EndToEndSupport
import TestFixtures
import WorkspaceDomain

/// Commands of several tenants, each of which depends on those before it, and what they come to when each is carried
/// out exactly once, in order: all succeed then.
package struct Workload: Sendable {
  package struct Step: Sendable {
    package let command: Command
    package let id: String
    package let tenant: String
    /// It has an event.
    package let isChange: Bool
  }

  package struct Workspace: Sendable, Equatable {
    package let tenant: String
    package var name: String
    package let parent: String?
    package var version: Int64

    package init(tenant: String, name: String, parent: String?, version: Int64) {
      self.tenant = tenant
      self.name = name
      self.parent = parent
      self.version = version
    }
  }

  package let tenants: [String]
  /// The tenants take turns.
  package private(set) var steps: [Step] = []
  /// By id: those that are there in the end.
  package private(set) var workspaces: [String: Workspace] = [:]

  /// - Parameters:
  ///   - count: the number of all commands.
  ///   - seed: the same seed makes the same commands, byte for byte.
  package init(tenants count: Int, commands: Int, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    tenants = (0..<count).map { _ in Self.newID(&random) }
    var trees = tenants.map(TenantTree.init)
    steps.reserveCapacity(commands)
    for number in 0..<commands {
      steps.append(trees[number % count].next(number: number, random: &random))
    }
    for tree in trees { workspaces.merge(tree.workspaces) { first, _ in first } }
  }

  static func newID(_ random: inout SeededRandom) -> String {
    let randomness = ULID.Randomness(high: .random(in: 0 ... .max, using: &random), low: .random(in: 0 ... .max, using: &random))
    return ULID(milliseconds: 1_795_420_800_000, randomness: randomness).description
  }

  func steps(of tenant: String) -> [Step] { steps.filter { $0.tenant == tenant } }
}
