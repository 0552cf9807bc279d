package import WorkspaceDomain

/// A user in a tenant.
package struct TenantUser: Sendable, Hashable {
  package let tenantID: TenantID
  package let userID: UserID

  package init(tenantID: TenantID, userID: UserID) {
    self.tenantID = tenantID
    self.userID = userID
  }
}

/// A user, and a workspace from which to go up to decide what the user may do.
package struct UserWay: Sendable, Hashable {
  package let user: TenantUser
  package let workspaceID: WorkspaceID

  package init(user: TenantUser, workspaceID: WorkspaceID) {
    self.user = user
    self.workspaceID = workspaceID
  }
}
