package import WorkspaceDomain

/// Shows a group.
package struct GetGroup: WorkspaceCommand {
  package static let typeName = "group.get"

  package let id: GroupID

  package init(id: GroupID) {
    self.id = id
  }

  package init(_ data: CommandData) throws(CommandData.Problem) { id = try data.requiredGroupID("group_id") }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.access.groups.insert(id)
    reads.ask(.view, on: .group(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .group(try GroupService(scope).group(id, permitting: .view))
  }
}
