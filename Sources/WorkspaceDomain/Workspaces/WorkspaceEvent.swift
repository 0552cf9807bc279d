/// Something that happened to a workspace.
package struct WorkspaceEvent: Sendable, Equatable {
  package let workspaceID: WorkspaceID
  package let tenantID: TenantID
  package let parentID: WorkspaceID?
  package let change: Change
  package let occurredAt: Timestamp

  package var isRoot: Bool { parentID == nil }

  package enum Change: Sendable, Equatable {
    case created(name: WorkspaceName, founder: Founder?)
    case renamed(oldName: WorkspaceName, name: WorkspaceName)
    /// Everything below it was moved with it.
    case moved(oldParentID: WorkspaceID, parentID: WorkspaceID)
    case deleted(name: WorkspaceName)
  }
}
