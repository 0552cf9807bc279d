import EndToEndSupport
import TestFixtures

/// What a tenant's tree has come to so far, and what is done with it next.
struct TenantTree {
  /// What `limits.tree_depth` permits by default.
  private static let levels = 32

  let tenant: String
  private(set) var workspaces: [String: Workload.Workspace] = [:]
  private var root: String?
  /// From the oldest to the youngest.
  private var ids: [String] = []

  init(tenant: String) { self.tenant = tenant }

  /// A command that succeeds when all before it were carried out once, and that most often doesn't otherwise.
  mutating func next(number: Int, random: inout SeededRandom) -> Workload.Step {
    let id = Workload.newID(&random)
    guard let root else { return createRoot(id) }
    switch Int.random(in: 0..<100, using: &random) {
    case ..<20: return rename(ids.randomElement(using: &random) ?? root, to: "renamed \(number)", id)
    case ..<27: return read(ids.randomElement(using: &random) ?? root, id)
    case ..<34: return removeYoungest(id) ?? read(root, id)
    case ..<80: return create("workspace \(number)", below: room(below: ids.last ?? root), id, as: Workload.newID(&random))
    default: return create("workspace \(number)", below: room(below: ids.randomElement(using: &random) ?? root), id, as: Workload.newID(&random))
    }
  }

  /// - Returns: `parent`, or the root where the tree has all of its levels there.
  private func room(below parent: String) -> String {
    var level = 1
    var next = workspaces[parent]?.parent
    while let workspace = next {
      level += 1
      next = workspaces[workspace]?.parent
    }
    return level < Self.levels ? parent : root ?? parent
  }

  private mutating func createRoot(_ id: String) -> Workload.Step {
    // A tenant's root has the tenant's id: nothing speaks against it.
    root = tenant
    add(tenant, name: "root", parent: nil)
    return step("workspace.create_root", #"{"name":"root","workspace_id":"\#(tenant)"}"#, id)
  }

  private mutating func create(_ name: String, below parent: String, _ id: String, as workspace: String) -> Workload.Step {
    add(workspace, name: name, parent: parent)
    return step(
      "workspace.create", #"{"name":"\#(name)","parent_workspace_id":"\#(parent)","workspace_id":"\#(workspace)"}"#, id)
  }

  private mutating func rename(_ workspace: String, to name: String, _ id: String) -> Workload.Step {
    workspaces[workspace]?.name = name
    workspaces[workspace]?.version += 1
    return step("workspace.rename", #"{"workspace_id":"\#(workspace)","name":"\#(name)"}"#, id)
  }

  /// Deletes the youngest workspace; never the root. Whoever was made last has no children.
  private mutating func removeYoungest(_ id: String) -> Workload.Step? {
    guard let workspace = ids.last, workspace != root else { return nil }
    workspaces[workspace] = nil
    ids.removeLast()
    return step("workspace.delete", #"{"workspace_id":"\#(workspace)"}"#, id)
  }

  private func read(_ workspace: String, _ id: String) -> Workload.Step {
    step("workspace.get", #"{"workspace_id":"\#(workspace)"}"#, id, isChange: false)
  }

  private mutating func add(_ workspace: String, name: String, parent: String?) {
    workspaces[workspace] = Workload.Workspace(tenant: tenant, name: name, parent: parent, version: 1)
    ids.append(workspace)
  }

  private func step(_ type: String, _ data: String, _ id: String, isChange: Bool = true) -> Workload.Step {
    Workload.Step(
      command: Command(type, data, tenant: tenant, id: id, source: "/proof"), id: id, tenant: tenant, isChange: isChange)
  }
}
