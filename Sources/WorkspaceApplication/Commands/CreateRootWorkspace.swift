package import WorkspaceDomain

/// Creates a tenant, with the root of its tree.
package struct CreateRootWorkspace: WorkspaceCommand {
  package static let typeName = "workspace.create_root"

  /// If nil, the root gets the default name.
  package let name: String?
  /// If nil, the worker chooses it.
  package let id: WorkspaceID?

  package init(name: String?, id: WorkspaceID?) {
    self.name = name
    self.id = id
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    name = try data.string("name")
    id = try data.workspaceID("workspace_id")
  }

  package var subject: WorkspaceID? { id }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.ask(name: name ?? rules.defaultRootName, of: actor.tenantID)
    reads.tree.rootsOf.insert(actor.tenantID)
    if let id { reads.tree.workspaces.insert(id) }
    reads.ask(.administrate, on: .tenant(actor.tenantID), by: actor)
    reads.askForFounder(actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .workspace(try WorkspaceService(scope).createRoot(name: name, id: id))
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .tenantName: .duplicateWorkspaceName
    case .workspaceID: .duplicateWorkspaceID
    case .oneRootPerTenant, .tenantID: .rootWorkspaceExists
    default: nil
    }
  }
}

extension WorkspaceCommand where Self == CreateRootWorkspace {
  package static func createRoot(name: String?, id: WorkspaceID?) -> Self { Self(name: name, id: id) }
}

extension WorkspaceService {
  /// Creates the tenant's root, named `name` or the default. The acting user becomes the tenant's admin.
  package func createRoot(name: String?, id: WorkspaceID?) throws(WorkspaceServiceError) -> Workspace {
    try observingCreation { () throws(WorkspaceServiceError) in
      let name = try validName(name ?? rules.defaultRootName)
      try requireRightToFound()
      try requireUnused(name)
      if let id { try requireUnused(id) }
      guard try repository.root(of: tenantID) == nil else { throw .rootWorkspaceExists }
      // No role on the root: the tenant's administrators manage it.
      let root = try add(
        id: id, name: name, parentID: nil, founder: scope.actor.userID.map { Founder(userID: $0, role: nil) })
      if let userID = scope.actor.userID { try scope.set(.admin, of: .user(userID), on: .tenant(tenantID)) }
      return root
    }
  }

  /// Requires that the actor may create the tenant: every actor may, or only systems. If the tenant exists, only its
  /// admins learn that it has a root.
  private func requireRightToFound() throws(WorkspaceServiceError) {
    if try scope.isTenantKnown() {
      try scope.require(.administrate, on: .tenant(tenantID))
    } else if scope.actor.isChecked, rules.access.tenantCreation == .system {
      throw .permissionDenied
    }
  }
}
