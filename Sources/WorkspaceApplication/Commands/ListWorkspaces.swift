package import WorkspaceDomain

/// Lists at most `limit` of the workspaces that the actor may view, in id order, starting after `after`.
package struct ListWorkspaces: WorkspaceCommand {
  package static let typeName = "workspace.list"

  package let limit: Int
  package let after: WorkspaceID?

  package init(limit: Int, after: WorkspaceID?) {
    self.limit = limit
    self.after = after
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    limit = try data.pageLimit()
    after = try data.workspaceID("after")
  }

  package var subject: WorkspaceID? { nil }
  package var largestAnswer: Int { limit }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    // One more shows whether another page follows.
    reads.tree.pages.insert(PageKey(tenantID: actor.tenantID, viewer: actor.viewer, after: after, limit: limit + 1))
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .page(try WorkspaceService(scope).list(limit: limit, after: after))
  }
}

extension WorkspaceCommand where Self == ListWorkspaces {
  package static func list(limit: Int, after: WorkspaceID?) -> Self { Self(limit: limit, after: after) }
}

extension WorkspaceService {
  /// - Parameter limit: the largest number of workspaces on the page, at least 1.
  package func list(limit: Int, after: WorkspaceID?) throws(WorkspaceServiceError) -> WorkspacePage {
    let found = try repository.workspaces(of: tenantID, viewer: scope.actor.viewer, after: after, limit: limit + 1)
    let workspaces = Array(found.prefix(limit))
    observe(.listed(count: workspaces.count))
    return WorkspacePage(workspaces: workspaces, next: found.count > limit ? workspaces.last?.id : nil)
  }
}
