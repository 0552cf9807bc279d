/// A business rule's no, as the outside world reads it.
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
    /// The command's key was used for another command before.
    case idempotencyConflict = "idempotency_conflict"
  }
}
