import EndToEndSupport
import Proof
import Testing

/// The commands of a cell cover what the promises are about.
struct WorkloadTests {
  private static let seeds: ClosedRange<UInt64> = 1...20

  private static func workload(_ seed: UInt64) -> Workload { Workload(tenants: 5, commands: 500, seed: seed) }

  @Test func `the same seed makes the same commands, byte for byte, and another seed different ones`() {
    func bodies(_ seed: UInt64) -> [[UInt8]] { Self.workload(seed).steps.map(\.command.body) }
    #expect(bodies(1) == bodies(1))
    #expect(bodies(1) != bodies(2))
  }

  @Test(arguments: seeds) func `in each cell users are sometimes permitted and sometimes denied`(seed: UInt64) {
    let steps = Self.workload(seed).steps
    let rejected = steps.count { $0.decision.code != nil }
    #expect((100...250).contains(rejected), "\(rejected) commands are rejected")
    #expect(steps.count { $0.decision.code == "permission_denied" } > 10)
    #expect(steps.count { $0.decision.code == "workspace_not_found" } > 10)
    #expect(steps.count { $0.decision.code == nil && $0.user != nil } > 150)
    #expect(steps.count { $0.changes.count > 1 } > 5, "some commands have several effects")
  }

  @Test func `together, the cells execute every command, and exercise every rule about order`() {
    let steps = Self.seeds.flatMap { Self.workload($0).steps }
    let done = Set(steps.filter { $0.decision.code == nil }.map(\.request.type))
    #expect(
      done == [
        "workspace.create_root", "workspace.create", "workspace.rename", "workspace.move", "workspace.delete",
        "workspace.get", "workspace.list", "workspace.set_member", "workspace.remove_member",
        "group.create", "group.rename", "group.delete", "group.set_member", "group.remove_member",
        "tenant.set_member", "tenant.remove_member", "access.check",
      ])
    #expect(
      Set(steps.compactMap(\.decision.code)) == [
        "permission_denied", "workspace_not_found", "parent_workspace_not_found", "group_not_found",
        "duplicate_workspace_name", "workspace_tree_too_deep", "workspace_inside_itself", "workspace_has_children",
        "cannot_move_root_workspace", "cannot_delete_root_workspace", "member_not_in_tenant", "member_not_found",
        "last_tenant_admin",
      ])
    let answers = steps.map(\.decision)
    #expect(answers.contains(.succeeded(.allowed(true))) && answers.contains(.succeeded(.allowed(false))))
  }

  @Test(arguments: seeds) func `in each cell something is unusable, then usable, then unusable again`(seed: UInt64) {
    var uses: [String: [Bool]] = [:]
    for step in Self.workload(seed).steps {
      guard let user = step.user, let workspace = step.used else { continue }
      uses["\(user) \(step.request.type) \(workspace)", default: []].append(step.decision.code == nil)
    }
    #expect(uses.values.contains { $0.starts(with: [false, true, false]) }, "\(uses)")
  }

  @Test func `no tree exceeds the permitted depth, with or without moves`() {
    let workload = Workload(tenants: 1, commands: 4000, seed: 1)
    func depth(_ id: String) -> Int { Array(sequence(first: id) { workload.workspaces[$0]?.parent }).count }
    #expect(workload.workspaces.keys.map(depth).max() == Workload.levels)
    for type in ["workspace.create.rejected", "workspace.move.rejected"] {
      #expect(
        workload.steps.contains { $0.resultType == type && $0.decision.code == "workspace_tree_too_deep" }, "\(type)")
    }
  }
}

extension Workload.Step {
  /// The workspace on which its user needs a role.
  fileprivate var used: String? {
    switch request {
    case .get(let workspace), .rename(let workspace, _), .create(_, let workspace, _): workspace
    default: nil
    }
  }
}
