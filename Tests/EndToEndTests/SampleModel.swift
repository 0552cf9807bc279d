import EndToEndSupport

/// What the events of the sample commands must be, told by their results: a model of tenants, workspaces, groups and roles that
/// knows nothing of the worker's.
struct SampleModel {
  /// A change that an event tells of.
  struct Change: Equatable {
    let type: String
    let tenant: String
    let commandID: String
    /// The workspace or the group; nil for a tenant.
    let object: String?
    /// The name of what was made, renamed or deleted, or who has the role.
    let detail: String
    let userID: String?
  }

  private struct Role: Hashable {
    let object: String
    /// The type, a colon, and the id: in the order of members.
    let member: String
  }

  private var changes: [Change] = []
  private var names: [String: String] = [:]
  private var parents: [String: String] = [:]
  private var roots: [String: String] = [:]
  private var groups: [String: Set<String>] = [:]
  private var roles: [String: [Role: String]] = [:]

  static func changes(_ samples: SampleCommands, _ results: [Subscription.Message]) -> [Change] {
    var model = SampleModel()
    var known: Set<String> = []
    for (command, result) in zip(samples.events, results) {
      // A repetition has the result of the first.
      guard let result = result.event, result.type == command.type + ".succeeded", known.insert(result.id).inserted else { continue }
      model.carryOut(command, result.data)
    }
    return model.changes
  }

  private mutating func carryOut(_ command: CloudEvent, _ answer: CloudEvent.Payload) {
    let tenant = command.tenantid ?? ""
    let (type, id) = (command.type, answer.workspace?.id ?? answer.group?.id ?? answer.workspaceID ?? answer.groupID ?? "")
    let name = answer.workspace?.name ?? answer.group?.name ?? ""
    switch type {
    case "workspace.create_root":
      roots[tenant] = id
      names[id] = name
      tell(command, "workspace.created", id, name)
      if let user = command.userid { set("admin", Role(object: "tenant", member: "user:\(user)"), command) }
    case "workspace.create", "group.create":
      let kind = String(type.prefix { $0 != "." })
      names[id] = name
      parents[id] = answer.workspace?.parent_workspace_id
      if kind == "group" { groups[tenant, default: []].insert(id) }
      tell(command, kind + ".created", id, name)
      if let user = command.userid, roles[tenant]?[Role(object: "tenant", member: "user:\(user)")] != nil {
        roles[tenant, default: [:]][Role(object: "\(kind):\(id)", member: "user:\(user)")] = "admin"
      }
    case "workspace.rename", "group.rename":
      if names.updateValue(name, forKey: id) != name { tell(command, type + "d", id, name) }
    case "workspace.move":
      let parent = answer.workspace?.parent_workspace_id
      if parents[id] != parent { tell(command, "workspace.moved", id, "") }
      parents[id] = parent
    case "workspace.delete":
      removeRoles(command) { $0.object == "workspace:\(id)" }
      tell(command, "workspace.deleted", id, names[id] ?? "")
    case "group.delete": removeGroup(id, command)
    case "workspace.set_member", "group.set_member", "tenant.set_member":
      set(answer.role ?? "", role(command, answer), command)
    case "workspace.remove_member", "group.remove_member", "tenant.remove_member":
      let gone = role(command, answer)
      if type.hasPrefix("tenant") {
        removeRoles(command) { $0.member == gone.member && $0.object.hasPrefix("workspace:") }
        removeRoles(command) { $0.member == gone.member && $0.object.hasPrefix("group:") }
      }
      removeRoles(command) { $0 == gone }
    case "tenant.delete":
      for group in groups[tenant, default: []].sorted() { removeGroup(group, command) }
      if let root = roots.removeValue(forKey: tenant) {
        removeRoles(command) { $0.object == "workspace:\(root)" }
        tell(command, "workspace.deleted", root, names[root] ?? "")
      }
      removeRoles(command) { $0.object == "tenant" }
      tell(command, "tenant.deleted", nil, "")
    default: break
    }
  }

  private mutating func removeGroup(_ id: String, _ command: CloudEvent) {
    removeRoles(command) { $0.member == "group:\(id)" }
    removeRoles(command) { $0.object == "group:\(id)" }
    groups[command.tenantid ?? "", default: []].remove(id)
    tell(command, "group.deleted", id, names[id] ?? "")
  }

  private func role(_ command: CloudEvent, _ answer: CloudEvent.Payload) -> Role {
    let kind = String(command.type.prefix { $0 != "." })
    let object = (answer.workspaceID ?? answer.groupID).map { "\(kind):\($0)" } ?? "tenant"
    return Role(object: object, member: answer.member.map { "\($0.type):\($0.id)" } ?? "")
  }

  private mutating func set(_ value: String, _ role: Role, _ command: CloudEvent) {
    guard roles[command.tenantid ?? "", default: [:]].updateValue(value, forKey: role) != value else { return }
    tell(command, role, "member_set")
  }

  private mutating func removeRoles(_ command: CloudEvent, _ isGone: (Role) -> Bool) {
    let tenant = command.tenantid ?? ""
    for role in roles[tenant, default: [:]].keys.filter(isGone).sorted(by: { ($0.object, $0.member) < ($1.object, $1.member) }) {
      roles[tenant]?[role] = nil
      tell(command, role, "member_removed")
    }
  }

  private mutating func tell(_ command: CloudEvent, _ role: Role, _ change: String) {
    let parts = role.object.split(separator: ":").map(String.init)
    tell(command, "\(parts[0]).\(change)", parts.count > 1 ? parts[1] : nil, role.member)
  }

  private mutating func tell(_ command: CloudEvent, _ type: String, _ object: String?, _ detail: String) {
    changes.append(
      Change(
        type: type, tenant: command.tenantid ?? "", commandID: command.id, object: object, detail: detail,
        userID: command.userid))
  }
}

extension SampleModel.Change {
  init(_ event: CloudEvent) {
    self.init(
      type: event.type, tenant: event.tenantid ?? "", commandID: event.commandid ?? "",
      object: event.data.workspaceID ?? event.data.groupID,
      detail: event.data.member.map { "\($0.type):\($0.id)" } ?? event.data.name ?? "", userID: event.userid)
  }
}
