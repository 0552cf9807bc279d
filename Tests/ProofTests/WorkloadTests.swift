import EndToEndSupport
import Proof
import Testing

/// The commands of a cell have in them what the promises are about.
struct WorkloadTests {
  @Test func `the same seed makes the same commands, byte for byte, and another one others`() {
    func bodies(_ seed: UInt64) -> [[UInt8]] { Workload(tenants: 3, commands: 300, seed: seed).steps.map(\.command.body) }
    #expect(bodies(1) == bodies(1))
    #expect(bodies(1) != bodies(2))
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `a cell's commands change members, groups and workspaces, and are permitted and denied by turns`(seed: UInt64) {
    let workload = Workload(tenants: 5, commands: 500, seed: seed)
    let rejected = workload.steps.filter { $0.decision.code != nil }
    #expect((100...300).contains(rejected.count), "\(rejected.count) are rejected")
    #expect(workload.steps.count { $0.user != nil } > 250)
    #expect(workload.steps.count { $0.changes.count > 1 } > 5, "what goes with something")
    let done = Set(workload.steps.filter { $0.decision.code == nil }.map(\.request.type))
    #expect(
      done.isSuperset(of: [
        "workspace.create_root", "workspace.create", "workspace.rename", "workspace.move", "workspace.delete", "workspace.get",
        "workspace.list", "workspace.set_member", "workspace.remove_member", "group.create", "group.rename", "group.delete",
        "group.set_member", "tenant.set_member", "tenant.remove_member", "access.check",
      ]), "\(done)")
    let codes = Set(rejected.compactMap(\.decision.code))
    #expect(
      codes.isSuperset(of: [
        "permission_denied", "workspace_not_found", "parent_workspace_not_found", "workspace_has_children",
        "workspace_inside_itself", "member_not_found",
      ]), "\(codes)")
  }

  @Test func `together, cells meet every rule about order`() {
    let steps = (1...30).flatMap { Workload(tenants: 5, commands: 500, seed: $0).steps }
    let codes = Set(steps.compactMap(\.decision.code))
    for code in [
      "duplicate_workspace_name", "workspace_tree_too_deep", "cannot_move_root_workspace", "cannot_delete_root_workspace",
      "group_not_found", "member_not_in_tenant", "last_tenant_admin",
    ] {
      #expect(codes.contains(code), "\(code) of \(codes)")
    }
    let answers = steps.map(\.decision)
    #expect(answers.contains(.succeeded(.allowed(true))) && answers.contains(.succeeded(.allowed(false))))
  }

  @Test func `what is granted can be used, and what was taken away no more`() {
    let workload = Workload(tenants: 5, commands: 500, seed: 1)
    var uses: [String: [String?]] = [:]
    for step in workload.steps {
      guard let user = step.user, case .get(let workspace) = step.request else { continue }
      uses["\(user) \(workspace)", default: []].append(step.decision.code)
    }
    #expect(uses.values.contains { $0.contains(nil) && $0.last == "workspace_not_found" }, "\(uses)")
  }

  @Test func `no tree grows deeper than is permitted, moves or not`() {
    let workload = Workload(tenants: 1, commands: 4000, seed: 1)
    func depth(_ id: String) -> Int { sequence(first: id) { workload.workspaces[$0]?.parent }.reduce(0) { sum, _ in sum + 1 } }
    #expect(workload.workspaces.keys.map(depth).max() == TenantModel.levels)
    for type in ["workspace.create.rejected", "workspace.move.rejected"] {
      #expect(workload.steps.contains { $0.resultType == type && $0.decision.code == "workspace_tree_too_deep" }, "\(type)")
    }
  }
}
