package import EndToEndSupport
import TestFixtures
import WorkspaceDomain

/// Commands of several tenants, by systems and users, each of which depends on those before it, and their outcomes if
/// each is executed exactly once, in order: some succeed, and some are rejected.
package struct Workload: Sendable {
  package struct Step: Sendable {
    package let command: Command
    package let id: String
    package let tenant: String
    package let request: TenantModel.Request
    /// Nil for a system.
    package let user: String?
    /// What its result must say.
    package let decision: TenantModel.Decision
    /// What its events must contain, in order.
    package let changes: [TenantModel.Change]

    package var resultType: String { request.type + (decision.code == nil ? ".succeeded" : ".rejected") }
  }

  /// The required `limits.tree_depth`: so small that the trees of a cell reach it.
  package static let levels = 9

  package let tenants: [String]
  /// The tenants take turns.
  package private(set) var steps: [Step] = []
  /// By id: those that exist in the end.
  package private(set) var workspaces: [String: TenantModel.Workspace] = [:]
  package private(set) var groups: [String: TenantModel.Group] = [:]
  package private(set) var roles: [TenantModel.Role: String] = [:]
  /// The workspaces that each tenant has after a command, by the number of its last event by then. There is none for a
  /// number in the midst of a command's events.
  package private(set) var trees: [String: [Int: [String: TenantModel.Workspace]]] = [:]

  /// - Parameters:
  ///   - count: the number of all commands.
  ///   - seed: the same seed makes the same commands, byte for byte.
  package init(tenants count: Int, commands: Int, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    tenants = (0..<count).map { _ in Self.newID(&random) }
    var scripts = tenants.map { TenantScript(tenant: $0, seed: random.next()) }
    steps.reserveCapacity(commands)
    var events = [Int](repeating: 0, count: count)
    for tenant in tenants { trees[tenant] = [0: [:]] }
    for number in 0..<commands {
      let index = number % count
      steps.append(scripts[index].next())
      events[index] += steps[number].changes.count
      trees[tenants[index]]?[events[index]] = scripts[index].model.workspaces
    }
    for model in scripts.map(\.model) {
      workspaces.merge(model.workspaces) { first, _ in first }
      groups.merge(model.groups) { first, _ in first }
      roles.merge(model.roles) { first, _ in first }
    }
  }

  static func newID(_ random: inout SeededRandom) -> String {
    let randomness = ULID.Randomness(
      high: .random(in: 0 ... .max, using: &random), low: .random(in: 0 ... .max, using: &random))
    return ULID(milliseconds: 1_795_420_800_000, randomness: randomness).description
  }

  func steps(of tenant: String) -> [Step] { steps.filter { $0.tenant == tenant } }
}
