package import WorkspaceDomain

/// Lists at most `limit` members with a role on the workspace itself, in their order.
package struct ListWorkspaceMembers: WorkspaceCommand {
  package static let typeName = "workspace.list_members"

  package let id: WorkspaceID
  package let limit: Int
  package let after: Member?

  package init(id: WorkspaceID, limit: Int, after: Member?) {
    self.id = id
    self.limit = limit
    self.after = after
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredWorkspaceID("workspace_id")
    limit = try data.pageLimit()
    after = try data.memberCursor("after", of: [.user, .group])
  }

  package var largestAnswer: Int { limit }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.insert(id)
    reads.askForMembers(of: .workspace(id), after: after, limit: limit, actor)
    reads.ask(.view, on: .workspace(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try WorkspaceService(scope).members(of: id, after: after, limit: limit)
  }
}

extension WorkspaceService {
  package func members(of id: WorkspaceID, after: Member?, limit: Int) throws(WorkspaceServiceError) -> CommandReply {
    _ = try visibleWorkspace(id)
    return .members(.workspace(id), try scope.members(of: .workspace(id), after: after, limit: limit))
  }
}
