package import WorkspaceDomain

/// Lists at most `limit` of a group's members, in their order.
package struct ListGroupMembers: WorkspaceCommand {
  package static let typeName = "group.list_members"

  package let id: GroupID
  package let limit: Int
  package let after: Member?

  package init(id: GroupID, limit: Int, after: Member?) {
    self.id = id
    self.limit = limit
    self.after = after
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredGroupID("group_id")
    limit = try data.pageLimit()
    after = try data.memberCursor("after", of: [.user])
  }

  package var largestAnswer: Int { limit }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.access.groups.insert(id)
    reads.askForMembers(of: .group(id), after: after, limit: limit, actor)
    reads.ask(.view, on: .group(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try GroupService(scope).members(of: id, after: after, limit: limit)
  }
}

extension GroupService {
  package func members(of id: GroupID, after: Member?, limit: Int) throws(WorkspaceServiceError) -> CommandReply {
    _ = try group(id, permitting: .view)
    return .members(.group(id), try scope.members(of: .group(id), after: after, limit: limit))
  }
}
