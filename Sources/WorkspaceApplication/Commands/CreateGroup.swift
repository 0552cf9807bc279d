package import WorkspaceDomain

/// Creates a group of users.
package struct CreateGroup: WorkspaceCommand {
  package static let typeName = "group.create"

  package let name: String
  package let id: GroupID?

  package init(name: String, id: GroupID?) {
    self.name = name
    self.id = id
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    name = try data.requiredString("name")
    id = try data.groupID("group_id")
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.access.ask(groupName: name, of: actor.tenantID)
    if let id { reads.access.groups.insert(id) }
    reads.tree.rootsOf.insert(actor.tenantID)
    reads.ask(.view, on: .tenant(actor.tenantID), by: actor)
    reads.askForFounder(actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .group(try GroupService(scope).create(name: name, id: id))
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .groupName: .duplicateGroupName
    case .groupID: .duplicateGroupID
    case .groupTenant: .tenantNotFound
    default: nil
    }
  }
}

extension GroupService {
  /// Creates a group. The acting user becomes its admin, if a member of the tenant.
  ///
  /// - Parameter id: nil for a new one.
  package func create(name: String, id: GroupID?) throws(WorkspaceServiceError) -> Group {
    let name = try validName(name)
    try scope.require(.view, on: .tenant(tenantID))
    guard try scope.isTenantKnown() else { throw .tenantNotFound }
    try requireUnused(name)
    if let id { try requireUnused(id) }
    let founder = try scope.founder()
    let id = if let id { id } else { GroupID(try scope.newID()) }
    let group = Group.create(id: id, tenantID: tenantID, name: name, founder: founder, at: scope.now)
    repository.add(group)
    scope.install(founder, on: .group(id))
    return group
  }
}
