package import WorkspaceDomain

/// Shows a workspace.
package struct GetWorkspace: WorkspaceCommand {
  package static let typeName = "workspace.get"

  package let id: WorkspaceID

  package init(id: WorkspaceID) { self.id = id }

  package init(_ data: CommandData) throws(CommandData.Problem) { id = try data.requiredWorkspaceID("workspace_id") }

  package var subject: WorkspaceID? { id }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.insert(id)
    reads.ask(.view, on: .workspace(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .workspace(try WorkspaceService(scope).get(id))
  }
}

extension WorkspaceCommand where Self == GetWorkspace {
  package static func get(id: WorkspaceID) -> Self { Self(id: id) }
}

extension WorkspaceService {
  package func get(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Workspace {
    let workspace = try visibleWorkspace(id)
    observe(.retrieved(id))
    return workspace
  }
}
