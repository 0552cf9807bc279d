import EndToEndSupport
import TestFixtures

/// The commands of a tenant, one after another, at random. A model determines the outcome of each from those before it:
/// it need not succeed, but its outcome usually changes if one of them is lost, doubled or late.
struct TenantScript {
  /// A command not yet sent.
  struct Act: Sendable {
    let request: TenantModel.Request
    /// Nil for a system.
    let user: String?
  }

  /// The same names in each tenant: so a role that counted in another tenant would show.
  static let users = ["ann", "ben", "cem", "dia", "eve", "zoë"]
  /// The tenant sometimes has other admins, and always her.
  static let admin = users[0]

  private(set) var model: TenantModel
  var random: SeededRandom
  /// The remaining commands of current stories, in order.
  private var pending: [Act] = []
  private var isFounded = false
  /// From the oldest to the youngest.
  private var workspaces: [String] = []
  private var groups: [String] = []
  /// Where the longest chain ends, ignoring moves.
  private var tip: String
  private var names = 0

  init(tenant: String, seed: UInt64) {
    model = TenantModel(tenant: tenant, levels: Workload.levels)
    random = SeededRandom(seed: seed)
    tip = tenant
    pending = founding()
  }

  mutating func next() -> Workload.Step {
    let act = nextAct()
    let (decision, changes) = model.decide(act.request, by: act.user)
    if decision.code == nil { note(act.request) }
    let id = Workload.newID(&random)
    let extra = act.user.map { #","userid":"\#($0)""# } ?? ""
    let command = Command(
      act.request.type, act.request.data, tenant: model.tenant, id: id, source: "/proof", extra: extra)
    return Workload.Step(
      command: command, id: id, tenant: model.tenant, request: act.request, user: act.user, decision: decision,
      changes: changes)
  }

  private mutating func nextAct() -> Act {
    // Stories are interleaved with other commands; but nothing comes before somebody has rights.
    if !isFounded || chance(45) {
      if let act = pending.first {
        pending.removeFirst()
        isFounded = isFounded || pending.isEmpty
        return act
      }
    }
    if pending.count < 12, chance(15) { pending += story() }
    return single()
  }

  private mutating func note(_ request: TenantModel.Request) {
    switch request {
    case .createRoot(_, let id): workspaces.append(id)
    case .create(_, let parent, let id):
      workspaces.append(id)
      if parent == tip || model.depth(of: id) > model.depth(of: tip) { tip = id }
    case .delete(let workspace):
      workspaces.removeAll { $0 == workspace }
      if workspace == tip { tip = youngest }
    case .createGroup(_, let id): groups.append(id)
    case .deleteGroup(let group): groups.removeAll { $0 == group }
    default: break
    }
  }
}

/// A random choice.
extension TenantScript {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  mutating func anyUser() -> String { Self.users.randomElement(using: &random) ?? Self.admin }

  mutating func anyMember() -> TenantModel.Reference {
    if chance(30), let group = anyGroup() { return .init(.group, group) }
    return .init(.user, anyUser())
  }

  /// A system, an admin, or whoever comes along.
  mutating func anyActor() -> String? {
    switch Int.random(in: 0..<100, using: &random) {
    case ..<40: nil
    case ..<65: Self.admin
    default: anyUser()
    }
  }

  mutating func anyWorkspace() -> String { workspaces.randomElement(using: &random) ?? root }

  /// Chains of workspaces grow to the permitted depth, and beyond.
  mutating func anyParent() -> String { chance(45) ? tip : anyWorkspace() }

  /// One that somebody has on something of that kind.
  mutating func anyRole(on kind: TenantModel.Reference.Kind) -> TenantModel.Role? {
    // Sorted, because a dictionary's order differs between processes.
    let held = model.roles.keys.filter { $0.object.kind == kind }.sorted { "\($0)" < "\($1)" }
    return held.randomElement(using: &random)
  }

  mutating func anyGroup() -> String? { groups.randomElement(using: &random) }

  mutating func anyValue() -> String { ["admin", "editor", "member"].randomElement(using: &random) ?? "member" }

  mutating func newID() -> String { Workload.newID(&random) }

  mutating func newName(_ kind: String) -> String {
    names += 1
    return "\(kind) \(names)"
  }

  /// A new name, or occasionally an existing one.
  mutating func anyName() -> String {
    if chance(10), let name = model.workspaces[anyWorkspace()]?.name { return name }
    return newName("workspace")
  }

  /// A tenant's root has the tenant's id, which is allowed.
  var root: String { model.tenant }

  var tenant: TenantModel.Reference { .init(.tenant, model.tenant) }

  var youngest: String { workspaces.last ?? root }
}
