/// Something that happened to a workspace.
package struct WorkspaceEvent: Sendable, Equatable {
  package let workspaceID: WorkspaceID
  package let tenantID: TenantID
  package let parentID: WorkspaceID?
  package let change: Change
  package let occurredAt: Timestamp

  package var isRoot: Bool { parentID == nil }

  package enum Change: Sendable, Equatable {
    /// `creator` is the acting user, where the command named one.
    case created(name: WorkspaceName, creator: String?)
    case renamed(oldName: WorkspaceName, name: WorkspaceName)
    case deleted(name: WorkspaceName)
  }
}
