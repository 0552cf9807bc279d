package import WorkspaceDomain

/// The answer to a command that succeeded.
package enum WorkspaceReply: Sendable, Equatable {
  case workspace(Workspace)
  case deleted(WorkspaceID)
  case page(WorkspacePage)
}

/// A stretch of a tenant's workspaces in id order.
package struct WorkspacePage: Sendable, Equatable {
  package let workspaces: [Workspace]
  /// The last id of this page when more follow: where the next one starts after.
  package let next: WorkspaceID?

  package init(workspaces: [Workspace], next: WorkspaceID?) {
    self.workspaces = workspaces
    self.next = next
  }
}
