package import WorkspaceDomain

/// Deletes a group, with the roles that it has and those on it.
package struct DeleteGroup: WorkspaceCommand {
  package static let typeName = "group.delete"

  package let id: GroupID

  package init(id: GroupID) {
    self.id = id
  }

  package init(_ data: CommandData) throws(CommandData.Problem) { id = try data.requiredGroupID("group_id") }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.access.groups.insert(id)
    reads.askForCascade(
      removing: TenantMember(tenantID: actor.tenantID, member: .group(id)),
      deleting: TenantResource(tenantID: actor.tenantID, object: .group(id)))
    reads.ask(.view, .manage, on: .group(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .groupDeleted(try GroupService(scope).delete(id))
  }
}

extension GroupService {
  package func delete(_ id: GroupID) throws(WorkspaceServiceError) -> GroupID {
    let group = try group(id, permitting: .manage)
    try scope.beginCascade(from: .group(id))
    try remove(group)
    return id
  }
}
