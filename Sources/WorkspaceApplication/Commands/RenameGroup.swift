package import WorkspaceDomain

/// Renames a group.
package struct RenameGroup: WorkspaceCommand {
  package static let typeName = "group.rename"

  package let id: GroupID
  package let name: String

  package init(id: GroupID, name: String) {
    self.id = id
    self.name = name
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredGroupID("group_id")
    name = try data.requiredString("name")
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.access.groups.insert(id)
    reads.access.ask(groupName: name, of: actor.tenantID)
    reads.ask(.view, .manage, on: .group(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .group(try GroupService(scope).rename(id, to: name))
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .groupName: .duplicateGroupName
    default: nil
    }
  }
}

extension GroupService {
  /// Renames a group. Renaming it to its current name succeeds and changes nothing.
  package func rename(_ id: GroupID, to newName: String) throws(WorkspaceServiceError) -> Group {
    let newName = try validName(newName)
    var group = try group(id, permitting: .manage)
    guard newName != group.name else { return group }
    try requireUnused(newName)
    group.rename(to: newName, at: scope.now)
    repository.save(group)
    return group
  }
}
