/// A rejection by a business rule, as the outside world sees it.
package struct Rejection: Error, Sendable, Equatable {
  package let code: Code
  /// For people. Never says more about other tenants than `code` does.
  package let message: String

  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  package enum Code: String, Sendable, CaseIterable {
    case invalidWorkspaceName = "invalid_workspace_name"
    case duplicateWorkspaceName = "duplicate_workspace_name"
    case duplicateWorkspaceID = "duplicate_workspace_id"
    case rootWorkspaceExists = "root_workspace_exists"
    case parentWorkspaceNotFound = "parent_workspace_not_found"
    case workspaceNotFound = "workspace_not_found"
    case cannotDeleteRootWorkspace = "cannot_delete_root_workspace"
    case workspaceHasChildren = "workspace_has_children"
    case cannotMoveRootWorkspace = "cannot_move_root_workspace"
    case workspaceInsideItself = "workspace_inside_itself"
    case workspaceTreeTooDeep = "workspace_tree_too_deep"
    case invalidGroupName = "invalid_group_name"
    case groupNotFound = "group_not_found"
    case duplicateGroupName = "duplicate_group_name"
    case duplicateGroupID = "duplicate_group_id"
    case tenantNotFound = "tenant_not_found"
    case tenantHasWorkspaces = "tenant_has_workspaces"
    case memberNotInTenant = "member_not_in_tenant"
    case memberNotFound = "member_not_found"
    case lastTenantAdmin = "last_tenant_admin"
    case permissionDenied = "permission_denied"
    case userRequired = "user_required"
    /// The tenant has not reached the sequence that the query asks for.
    case sequenceNotReached = "sequence_not_reached"
    /// The command's key was already used for a different command.
    case idempotencyConflict = "idempotency_conflict"
  }
}
