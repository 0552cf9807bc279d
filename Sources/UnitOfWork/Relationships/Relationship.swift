package import WorkspaceDomain

/// A fact from which permissions are derived, as a permission service stores it: one edge between two objects.
///
/// Relationships follow entirely from the rows of tenants, workspaces, groups and members; names are not part of them.
package enum Relationship: Sendable, Hashable {
  /// A user or a group has a role on an object.
  case role(Role, of: Member, on: Resource)
  /// A workspace or a group belongs to a tenant.
  case tenant(TenantID, of: Resource)
  /// A workspace is directly below another one.
  case parent(WorkspaceID, of: WorkspaceID)
  /// The root of the tenant's tree.
  case root(WorkspaceID, of: TenantID)
  /// Every member of the tenant may create workspaces below this one.
  case creators(TenantID, on: WorkspaceID)

  /// The object that the relationship is about: the resource, in SpiceDB's terms.
  package var object: Resource {
    switch self {
    case .role(_, of: _, on: let object), .tenant(_, of: let object): object
    case .parent(_, of: let workspaceID), .creators(_, on: let workspaceID): .workspace(workspaceID)
    case .root(_, of: let tenantID): .tenant(tenantID)
    }
  }
}

extension Relationship {
  /// The relationships of a workspace, except for the roles on it.
  ///
  /// - Parameter opensRoot: `authorization.open_root`.
  package static func of(_ workspace: Workspace, opensRoot: Bool) -> [Relationship] {
    of(workspace.id, below: workspace.parentID, in: workspace.tenantID, opensRoot: opensRoot)
      + (workspace.isRoot ? [.root(workspace.id, of: workspace.tenantID)] : [])
  }

  /// The relationships about the workspace itself, except for roles.
  ///
  /// - Parameter parentID: nil for a root workspace.
  package static func of(
    _ id: WorkspaceID, below parentID: WorkspaceID?, in tenantID: TenantID, opensRoot: Bool
  ) -> [Relationship] {
    var relationships = [Relationship.tenant(tenantID, of: .workspace(id))]
    if let parentID {
      relationships.append(.parent(parentID, of: id))
    } else if opensRoot {
      relationships.append(.creators(tenantID, on: id))
    }
    return relationships
  }

  /// The relationships of a group, except for its members and the roles it has.
  package static func of(_ group: Group) -> [Relationship] { [.tenant(group.tenantID, of: .group(group.id))] }
}
