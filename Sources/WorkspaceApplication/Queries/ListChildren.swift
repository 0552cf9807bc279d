package import WorkspaceDomain

/// Lists at most `limit` of the workspaces right below a workspace, in id order, starting after `after`.
package struct ListChildren: WorkspaceQuery {
  package static let typeName = "workspace.children"

  package let id: WorkspaceID
  package let limit: Int
  package let after: WorkspaceID?

  package init(id: WorkspaceID, limit: Int, after: WorkspaceID?) {
    self.id = id
    self.limit = limit
    self.after = after
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredWorkspaceID("workspace_id")
    limit = try data.pageLimit()
    after = try data.workspaceID("after")
  }

  package var subject: WorkspaceID? { id }
  package var largestAnswer: Int { limit }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.insert(id)
    // One more tells whether another page follows.
    reads.tree.childPages.insert(ChildPageKey(tenantID: actor.tenantID, parentID: id, after: after, limit: limit + 1))
    reads.ask(.view, on: .workspace(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .page(try WorkspaceService(scope).children(of: id, limit: limit, after: after))
  }
}

extension WorkspaceService {
  /// A page of the workspaces right below a workspace. A user who may view a workspace may view everything below it, so
  /// none is left out.
  ///
  /// - Parameter limit: the largest number of workspaces on the page, at least 1.
  package func children(
    of id: WorkspaceID, limit: Int, after: WorkspaceID?
  ) throws(WorkspaceServiceError) -> WorkspacePage {
    _ = try visibleWorkspace(id)
    let found = try repository.children(of: id, in: tenantID, after: after, limit: limit + 1)
    let children = Array(found.prefix(limit))
    observe(.listed(count: children.count))
    return WorkspacePage(workspaces: children, next: found.count > limit ? children.last?.id : nil)
  }
}
