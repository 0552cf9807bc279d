package import WorkspaceDomain

/// What happened to a workspace, or to who may do what, in terms of the domain: a value, so that it can be deferred,
/// recorded and compared.
package enum WorkspaceObservation: Sendable, Equatable {
  case created(WorkspaceID, isRoot: Bool)
  case creationFailed(WorkspaceServiceError)
  case retrieved(WorkspaceID)
  case listed(count: Int)
  /// `version` is the new one.
  case renamed(WorkspaceID, from: WorkspaceName, to: WorkspaceName, version: Int64)
  case renameFailed(WorkspaceID, WorkspaceServiceError)
  /// `from` and `to` are parents, `version` is the new one.
  case moved(WorkspaceID, from: WorkspaceID?, to: WorkspaceID, version: Int64)
  case moveFailed(WorkspaceID, WorkspaceServiceError)
  case deleted(WorkspaceID)
  case deletionFailed(WorkspaceID, WorkspaceServiceError)
  case notFound(WorkspaceID)
  /// The workspace belongs to another tenant.
  case accessDenied(WorkspaceID)
  /// A user was permitted to do what the command asks. If a command needs several permissions, each is reported.
  case permissionGranted(Permission, on: Resource)
  /// The user was not permitted; the command's answer may say something else about the object.
  case permissionDenied(Permission, on: Resource)
}
