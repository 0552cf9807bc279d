package import WorkspaceDomain

/// Lists at most `limit` of the groups that the actor may view, in id order, starting after `after`.
package struct ListGroups: WorkspaceCommand {
  package static let typeName = "group.list"

  package let limit: Int
  package let after: GroupID?

  package init(limit: Int, after: GroupID?) {
    self.limit = limit
    self.after = after
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    limit = try data.pageLimit()
    after = try data.groupID("after")
  }

  package var largestAnswer: Int { limit }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    // One more shows whether another page follows.
    reads.access.groupPages.insert(
      GroupPageKey(tenantID: actor.tenantID, viewer: actor.viewer, after: after, limit: limit + 1))
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .groupPage(try GroupService(scope).list(limit: limit, after: after))
  }
}

extension GroupService {
  /// - Parameter limit: the largest number of groups on the page, at least 1.
  package func list(limit: Int, after: GroupID?) throws(WorkspaceServiceError) -> GroupPage {
    let found = try repository.groups(of: tenantID, viewer: scope.actor.viewer, after: after, limit: limit + 1)
    let groups = Array(found.prefix(limit))
    return GroupPage(groups: groups, next: found.count > limit ? groups.last?.id : nil)
  }
}
