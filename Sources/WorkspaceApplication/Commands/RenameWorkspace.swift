package import WorkspaceDomain

/// Renames a workspace.
package struct RenameWorkspace: WorkspaceCommand {
  package static let typeName = "workspace.rename"

  package let id: WorkspaceID
  package let name: String

  package init(id: WorkspaceID, name: String) {
    self.id = id
    self.name = name
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredWorkspaceID("workspace_id")
    name = try data.requiredString("name")
  }

  package var subject: WorkspaceID? { id }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.ask(name: name, of: actor.tenantID)
    reads.tree.workspaces.insert(id)
    reads.ask(.view, .manage, on: .workspace(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .workspace(try WorkspaceService(scope).rename(id, to: name))
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .tenantName: .duplicateWorkspaceName
    default: nil
    }
  }
}

extension WorkspaceCommand where Self == RenameWorkspace {
  package static func rename(id: WorkspaceID, name: String) -> Self { Self(id: id, name: name) }
}

extension WorkspaceService {
  /// Renames a workspace. Renaming it to its current name succeeds and changes nothing.
  package func rename(_ id: WorkspaceID, to newName: String) throws(WorkspaceServiceError) -> Workspace {
    do throws(WorkspaceServiceError) {
      let newName = try validName(newName)
      var workspace = try workspace(id, permitting: .manage)
      guard newName != workspace.name else { return workspace }
      try requireUnused(newName)
      let oldName = workspace.name
      workspace.rename(to: newName, at: now)
      repository.save(workspace)
      observe(.renamed(id, from: oldName, to: newName, version: workspace.version))
      return workspace
    } catch {
      observe(.renameFailed(id, error))
      throw error
    }
  }
}
