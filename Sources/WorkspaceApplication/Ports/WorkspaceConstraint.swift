/// The rules that the database also enforces, by the names of its constraints. ``WorkspaceCommand/rejection(by:)`` says
/// how a command that violates one is rejected.
package enum WorkspaceConstraint: String, Sendable, CaseIterable {
  case tenantName = "uq_workspaces_tenant_name"
  case oneRootPerTenant = "uq_workspaces_tenant_root"
  case workspaceID = "pk_workspaces"
  case parent = "fk_workspaces_parent"
  case tenant = "fk_workspaces_tenant"
  case tenantID = "pk_tenants"
  case groupName = "uq_groups_tenant_name"
  case groupID = "pk_groups"
  case groupTenant = "fk_groups_tenant"
  case tenantMember = "pk_tenant_members"
  case tenantOfMember = "fk_tenant_members_tenant"
  case groupMember = "pk_group_members"
  case groupOfMember = "fk_group_members_group"
  case userOfGroup = "fk_group_members_user"
  case workspaceMember = "pk_workspace_members"
  case workspaceOfMember = "fk_workspace_members_workspace"
  case userOfWorkspace = "fk_workspace_members_user"
  case groupOfWorkspace = "fk_workspace_members_group"
  case inboxKey = "pk_inbox"
}
