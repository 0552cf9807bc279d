import WorkspaceDomain

/// The rules of a tenant and its members, for one command. What each command does is in its file in `Commands`; this is
/// what they share.
package struct TenantService {
  let scope: CommandScope

  package init(_ scope: CommandScope) { self.scope = scope }

  var tenantID: TenantID { scope.actor.tenantID }
  var tenant: Resource { .tenant(tenantID) }

  /// Requires that the actor may administer the tenant, then that it exists: in this order, other users learn nothing.
  func requireAdministration() throws(WorkspaceServiceError) {
    try scope.require(.administrate, on: tenant)
    guard try scope.isTenantKnown() else { throw .tenantNotFound }
  }

  /// Requires a second admin: a tenant that has an admin keeps one.
  func requireAnotherAdmin() throws(WorkspaceServiceError) {
    guard try scope.repositories.memberships.adminCount(of: tenantID) > 1 else { throw .lastTenantAdmin }
  }
}
