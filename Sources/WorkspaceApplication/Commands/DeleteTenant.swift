import WorkspaceDomain

/// Deletes a tenant that has no workspace besides its root, with its root, groups and members.
package struct DeleteTenant: WorkspaceCommand {
  package static let typeName = "tenant.delete"

  package init() {}

  package init(_ data: CommandData) throws(CommandData.Problem) {}

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.rootsOf.insert(actor.tenantID)
    reads.tree.sizesOf.insert(actor.tenantID)
    reads.askForCascade(ofTenant: actor.tenantID)
    reads.ask(.administrate, on: .tenant(actor.tenantID), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try TenantService(scope).delete()
  }
}

extension TenantService {
  /// Deletes the tenant. Its events are recorded from the inside out: each group after its roles and members, the root
  /// after the roles on it, the tenant after its members.
  package func delete() throws(WorkspaceServiceError) -> CommandReply {
    try requireAdministration()
    let workspaces = scope.repositories.workspaces
    guard try !workspaces.hasWorkspacesBelowRoot(tenantID) else { throw .tenantHasWorkspaces }
    try scope.beginCascade(from: tenant)
    let groups = try scope.repositories.groups.groups(of: tenantID)
    for group in groups.known { try GroupService(scope).remove(group) }
    guard groups.areAll else { throw .unfinished }
    if var root = try workspaces.root(of: tenantID) {
      try scope.removeMembers(of: .workspace(root.id))
      root.deleteWithTenant(at: scope.now)
      workspaces.remove(root)
    }
    try scope.removeMembers(of: tenant)
    scope.repositories.events.record(.tenantDeleted(tenantID, at: scope.now))
    return .tenantDeleted(tenantID)
  }
}
