/// The rules that the database enforces too, by the names of its constraints.
package enum WorkspaceConstraint: String, Sendable, CaseIterable {
  case tenantName = "uq_workspaces_tenant_name"
  case oneRootPerTenant = "uq_workspaces_tenant_root"
  case workspaceID = "pk_workspaces"
  case parent = "fk_workspaces_parent"
  case tenant = "fk_workspaces_tenant"
  case tenantID = "pk_tenants"
  case inboxKey = "pk_inbox"

  /// What the pre-check would have said, had the other writer been a moment earlier.
  ///
  /// - Returns: nil where no rule of the command is behind the constraint.
  package func rejection(of command: WorkspaceCommand) -> WorkspaceServiceError? {
    switch (self, command) {
    case (.tenantName, .createRoot(_, _)), (.tenantName, .create(_, _, _)), (.tenantName, .rename(_, _)):
      .duplicateWorkspaceName
    case (.workspaceID, .createRoot(_, _)), (.workspaceID, .create(_, _, _)): .duplicateWorkspaceID
    case (.oneRootPerTenant, .createRoot(_, _)), (.tenantID, .createRoot(_, _)): .rootWorkspaceExists
    case (.parent, .create(_, let parentID, _)): .parentWorkspaceNotFound(parentID)
    case (.parent, .delete(_)): .workspaceHasChildren
    default: nil
    }
  }
}
