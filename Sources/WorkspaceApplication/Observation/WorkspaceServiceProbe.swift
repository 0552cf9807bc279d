package import WorkspaceDomain

/// Port: what happens to workspaces, in the words of the domain. Implementations make logs, metrics or spans of it.
///
/// Domain-oriented observability: https://martinfowler.com/articles/domain-oriented-observability.html
package protocol WorkspaceServiceProbe {
  /// A probe that reports everything as part of `context`.
  func bound(to context: ObservationContext) -> any WorkspaceServiceProbe

  func workspaceCreated(_ workspace: Workspace)
  func workspaceCreationFailed(_ error: WorkspaceServiceError)
  func workspaceRetrieved(_ id: WorkspaceID)
  func workspacesListed(count: Int)
  func workspaceRenamed(_ workspace: Workspace, oldName: WorkspaceName)
  func workspaceRenameFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError)
  func workspaceDeleted(_ id: WorkspaceID)
  func workspaceDeletionFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError)
  func workspaceNotFound(_ id: WorkspaceID)
  /// The workspace is another tenant's.
  func workspaceAccessDenied(_ id: WorkspaceID)
}
