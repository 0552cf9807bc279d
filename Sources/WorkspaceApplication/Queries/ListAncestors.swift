package import WorkspaceDomain

/// Lists those workspaces above a workspace that the actor may view, the root first; all at once, because trees are not
/// deep.
package struct ListAncestors: WorkspaceQuery {
  package static let typeName = "workspace.ancestors"

  package let id: WorkspaceID

  package init(id: WorkspaceID) { self.id = id }

  package init(_ data: CommandData) throws(CommandData.Problem) { id = try data.requiredWorkspaceID("workspace_id") }

  package var subject: WorkspaceID? { id }
  package var largestAnswer: Int { WorkspaceRules.maximumTreeDepth }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.insert(id)
    reads.tree.ancestorsOf.insert(TenantWorkspace(tenantID: actor.tenantID, id: id))
    reads.ask(.view, on: .workspace(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .page(try WorkspaceService(scope).ancestors(of: id))
  }
}

extension WorkspaceService {
  package func ancestors(of id: WorkspaceID) throws(WorkspaceServiceError) -> WorkspacePage {
    _ = try visibleWorkspace(id)
    var shown: [Workspace] = []
    for ancestor in try repository.ancestors(of: id) where try scope.permits(.view, on: .workspace(ancestor.id)) {
      shown.append(ancestor)
    }
    observe(.listed(count: shown.count))
    return WorkspacePage(workspaces: shown, next: nil)
  }
}
