/// Who may do what. Systems, which have no user, may do everything.
extension TenantModel {
  /// What a user may do with a workspace; each includes those before it.
  enum Access: Int, Comparable {
    case none, view, edit, manage

    init(role: String) {
      self =
        switch role {
        case "admin": .manage
        case "editor": .edit
        case "member": .view
        default: .none
        }
    }

    static func < (one: Access, other: Access) -> Bool { one.rawValue < other.rawValue }
  }

  func tenantRole(of user: String) -> String? { role(of: user, on: Reference(.tenant, tenant)) }

  func administrates(_ user: String?) -> Bool {
    guard let user else { return true }
    return tenantRole(of: user) == "admin"
  }

  /// A role on a workspace counts for everything below it, and a group's role for each of its members.
  func access(of user: String?, to workspace: String) -> Access {
    guard workspaces[workspace] != nil else { return .none }
    guard let user, !administrates(user) else { return .manage }
    let subjects = [Reference(.user, user)] + groups(of: user)
    let found = path(from: workspace).flatMap { step in
      subjects.compactMap { roles[Role(of: $0, on: Reference(.workspace, step))] }
    }
    return found.map(Access.init(role:)).max() ?? .none
  }

  func mayCreate(below workspace: String, _ user: String?) -> Bool {
    if access(of: user, to: workspace) >= .edit { return true }
    guard let user else { return false }
    return workspace == root && tenantRole(of: user) != nil
  }

  func mayView(group: String, _ user: String?) -> Bool {
    guard groups[group] != nil else { return false }
    guard let user, !administrates(user) else { return true }
    return role(of: user, on: Reference(.group, group)) != nil
  }

  func mayManage(group: String, _ user: String?) -> Bool {
    guard groups[group] != nil else { return false }
    guard let user, !administrates(user) else { return true }
    return role(of: user, on: Reference(.group, group)) == "admin"
  }

  /// The answer to `access.check`: a missing object permits nothing.
  func permits(_ permission: String, on object: Reference, _ user: String) -> Bool {
    switch (object.kind, permission) {
    case (.tenant, "view"): object.id == tenant && tenantRole(of: user) != nil
    case (.tenant, "administrate"): object.id == tenant && administrates(user)
    case (.group, "view"): mayView(group: object.id, user)
    case (.group, "manage"): mayManage(group: object.id, user)
    case (.workspace, "view"): access(of: user, to: object.id) >= .view
    case (.workspace, "edit"): access(of: user, to: object.id) >= .edit
    case (.workspace, "manage"): access(of: user, to: object.id) >= .manage
    case (.workspace, "create_child"): mayCreate(below: object.id, user)
    default: false
    }
  }

  /// Whether a user may ask about others: only those who manage the object may.
  func mayAskAboutOthers(on object: Reference, _ user: String) -> Bool {
    permits(object.kind == .tenant ? "administrate" : "manage", on: object, user)
  }

  private func role(of user: String, on object: Reference) -> String? {
    roles[Role(of: Reference(.user, user), on: object)]
  }

  private func groups(of user: String) -> [Reference] {
    groups.keys.map { Reference(.group, $0) }.filter { role(of: user, on: $0) != nil }
  }
}
