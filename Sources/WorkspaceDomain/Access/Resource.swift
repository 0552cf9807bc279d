/// A kind of object that is subject to permissions.
package enum ResourceType: String, Sendable, CaseIterable {
  case tenant, workspace, group

  /// The roles that members can have on an object of this type.
  package var roles: [Role] {
    switch self {
    case .tenant, .group: [.admin, .member]
    case .workspace: [.admin, .editor, .member]
    }
  }

  /// The permissions that exist on an object of this type.
  package var permissions: [Permission] {
    switch self {
    case .tenant: [.view, .administrate]
    case .workspace: [.view, .edit, .manage, .createChild]
    case .group: [.view, .manage]
    }
  }
}

/// An object that is subject to permissions.
package enum Resource: Sendable, Hashable {
  case tenant(TenantID)
  case workspace(WorkspaceID)
  case group(GroupID)

  package var type: ResourceType {
    switch self {
    case .tenant: .tenant
    case .workspace: .workspace
    case .group: .group
    }
  }

  package var ulid: ULID {
    switch self {
    case .tenant(let id): id.ulid
    case .workspace(let id): id.ulid
    case .group(let id): id.ulid
    }
  }

  package init(_ type: ResourceType, _ id: ULID) {
    switch type {
    case .tenant: self = .tenant(TenantID(id))
    case .workspace: self = .workspace(WorkspaceID(id))
    case .group: self = .group(GroupID(id))
    }
  }
}

/// Something that can be permitted. Which apply to which kind of object: ``ResourceType/permissions``.
package enum Permission: String, Sendable, CaseIterable {
  case view, administrate, manage, edit
  case createChild = "create_child"
}
