package import WorkspaceDomain

/// What happened to a workspace, or to who may do what, in the words of the domain: a value, so that it can wait, be written down and
/// compared.
package enum WorkspaceObservation: Sendable, Equatable {
  case created(WorkspaceID, isRoot: Bool)
  case creationFailed(WorkspaceServiceError)
  case retrieved(WorkspaceID)
  case listed(count: Int)
  /// `version` is the one from now on.
  case renamed(WorkspaceID, from: WorkspaceName, to: WorkspaceName, version: Int64)
  case renameFailed(WorkspaceID, WorkspaceServiceError)
  /// `from` and `to` are parents, `version` is the one from now on.
  case moved(WorkspaceID, from: WorkspaceID?, to: WorkspaceID, version: Int64)
  case moveFailed(WorkspaceID, WorkspaceServiceError)
  case deleted(WorkspaceID)
  case deletionFailed(WorkspaceID, WorkspaceServiceError)
  case notFound(WorkspaceID)
  /// The workspace is another tenant's.
  case accessDenied(WorkspaceID)
  /// A user was permitted to do what he commands. Where a command needs several permissions, each is told.
  case permissionGranted(Permission, on: Resource)
  /// He was not; what the command's answer says of the object is another question.
  case permissionDenied(Permission, on: Resource)
}
