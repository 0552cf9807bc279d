package import WorkspaceDomain

/// Creates a workspace below another one.
package struct CreateWorkspace: WorkspaceCommand {
  package static let typeName = "workspace.create"

  package let name: String
  package let parentID: WorkspaceID
  /// If nil, the worker chooses it.
  package let id: WorkspaceID?

  package init(name: String, parentID: WorkspaceID, id: WorkspaceID?) {
    self.name = name
    self.parentID = parentID
    self.id = id
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    name = try data.requiredString("name")
    parentID = try data.requiredWorkspaceID("parent_workspace_id")
    id = try data.workspaceID("workspace_id")
  }

  package var subject: WorkspaceID? { id }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.ask(name: name, of: actor.tenantID)
    reads.tree.workspaces.insert(parentID)
    reads.tree.chainsOf.insert(TenantWorkspace(tenantID: actor.tenantID, id: parentID))
    if let id {
      reads.tree.workspaces.insert(id)
      reads.tree.arrivals[TenantWorkspace(tenantID: actor.tenantID, id: id), default: []].insert(parentID)
    }
    reads.ask(.view, .createChild, on: .workspace(parentID), by: actor)
    reads.askForFounder(actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .workspace(try WorkspaceService(scope).create(name: name, parentID: parentID, id: id))
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .tenantName: .duplicateWorkspaceName
    case .workspaceID: .duplicateWorkspaceID
    case .parent: .parentWorkspaceNotFound(parentID)
    default: nil
    }
  }
}

extension WorkspaceCommand where Self == CreateWorkspace {
  package static func create(name: String, parentID: WorkspaceID, id: WorkspaceID?) -> Self {
    Self(name: name, parentID: parentID, id: id)
  }
}

extension WorkspaceService {
  /// Creates a workspace below `parentID`. The acting user becomes its admin, if a member of the tenant.
  package func create(name: String, parentID: WorkspaceID, id: WorkspaceID?) throws(WorkspaceServiceError) -> Workspace
  {
    try observingCreation { () throws(WorkspaceServiceError) in
      let name = try validName(name)
      _ = try visibleParent(parentID)
      try scope.require(.createChild, on: .workspace(parentID))
      guard try repository.depth(of: parentID) < rules.treeDepth else { throw .workspaceTreeTooDeep(rules.treeDepth) }
      try requireUnused(name)
      if let id { try requireUnused(id) }
      return try add(id: id, name: name, parentID: parentID, founder: try scope.founder())
    }
  }
}
