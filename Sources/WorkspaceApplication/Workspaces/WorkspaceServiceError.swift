package import WorkspaceDomain

/// Every reason why ``WorkspaceService`` rejects a command or can't complete it.
package enum WorkspaceServiceError: Error, Sendable, Equatable {
  case invalidWorkspaceName(WorkspaceName.Problem)
  case duplicateWorkspaceName
  case duplicateWorkspaceID
  case rootWorkspaceExists
  case parentWorkspaceNotFound(WorkspaceID)
  /// The parent belongs to another tenant: to the outside world, it looks like ``parentWorkspaceNotFound(_:)``.
  case unauthorizedParent(WorkspaceID)
  case workspaceNotFound(WorkspaceID)
  /// There is none, or none that the actor may view: to the outside world, it looks like ``workspaceNotFound(_:)``.
  case noWorkspaceOfThatName
  /// The workspace belongs to another tenant: to the outside world, it looks like ``workspaceNotFound(_:)``.
  case unauthorized(WorkspaceID)
  case cannotDeleteRootWorkspace
  case workspaceHasChildren
  case cannotMoveRootWorkspace
  /// A move to the workspace itself, or to somewhere below it.
  case workspaceInsideItself
  /// The tree would have more levels than it may, which is this many.
  case workspaceTreeTooDeep(Int)

  case invalidGroupName(GroupName.Problem)
  case groupNotFound(GroupID)
  case duplicateGroupName
  case duplicateGroupID
  case tenantNotFound
  case tenantHasWorkspaces
  /// The member does not belong to the tenant, or the actor may not see it.
  case memberNotInTenant
  case memberNotFound
  case lastTenantAdmin
  /// The user lacks the permission.
  case permissionDenied
  /// The command names no user, but must.
  case userRequired

  /// Not a rule: the command has done part of its work, as much as one transaction may hold. That part must be
  /// committed, and the command run again.
  case unfinished
  /// Not a rule: the unit of work has no answer, so the command is not rejected.
  case repositoryFailed(RepositoryError)
  /// No identifier is left within this millisecond: the command can succeed a moment later.
  case identifiersExhausted
}

extension WorkspaceServiceError {
  /// The rejection as the outside world sees it; nil if the error is a failure, not a rule.
  ///
  /// Another tenant's workspace looks exactly like one that does not exist.
  package var rejection: Rejection? {
    switch self {
    case .invalidWorkspaceName(let problem): Rejection(code: .invalidWorkspaceName, message: problem.explanation)
    case .invalidGroupName(let problem): Rejection(code: .invalidGroupName, message: problem.explanation)
    case .groupNotFound: Rejection(code: .groupNotFound, message: "the group does not exist")
    case .duplicateGroupName:
      Rejection(code: .duplicateGroupName, message: "the tenant already has a group of that name")
    case .duplicateGroupID: Rejection(code: .duplicateGroupID, message: "the group id is already taken")
    case .tenantNotFound: Rejection(code: .tenantNotFound, message: "the tenant is not known")
    case .tenantHasWorkspaces:
      Rejection(code: .tenantHasWorkspaces, message: "the tenant has workspaces besides its root")
    case .memberNotInTenant: Rejection(code: .memberNotInTenant, message: "the member does not belong to the tenant")
    case .memberNotFound: Rejection(code: .memberNotFound, message: "the member has no role on the object")
    case .lastTenantAdmin: Rejection(code: .lastTenantAdmin, message: "the tenant would have no admin left")
    case .permissionDenied: Rejection(code: .permissionDenied, message: "the user lacks the permission")
    case .userRequired: Rejection(code: .userRequired, message: "the command names no user")
    case .duplicateWorkspaceName:
      Rejection(code: .duplicateWorkspaceName, message: "the tenant already has a workspace of that name")
    case .duplicateWorkspaceID: Rejection(code: .duplicateWorkspaceID, message: "the workspace id is already taken")
    case .rootWorkspaceExists: Rejection(code: .rootWorkspaceExists, message: "the tenant already has a root workspace")
    case .parentWorkspaceNotFound, .unauthorizedParent:
      Rejection(code: .parentWorkspaceNotFound, message: "the parent workspace does not exist")
    case .workspaceNotFound, .unauthorized, .noWorkspaceOfThatName:
      Rejection(code: .workspaceNotFound, message: "the workspace does not exist")
    case .cannotDeleteRootWorkspace:
      Rejection(code: .cannotDeleteRootWorkspace, message: "a root workspace can't be deleted")
    case .workspaceHasChildren: Rejection(code: .workspaceHasChildren, message: "the workspace has children")
    case .cannotMoveRootWorkspace: Rejection(code: .cannotMoveRootWorkspace, message: "a root workspace can't be moved")
    case .workspaceInsideItself:
      Rejection(code: .workspaceInsideItself, message: "a workspace can't be moved to itself or below itself")
    case .workspaceTreeTooDeep(let levels):
      Rejection(code: .workspaceTreeTooDeep, message: "the tree would have more than \(levels) levels")
    case .unfinished, .repositoryFailed, .identifiersExhausted: nil
    }
  }
}

extension WorkspaceName.Problem {
  fileprivate var explanation: String {
    switch self {
    case .empty: "the name is empty"
    case .tooLong(let length): "the name has \(length) characters; at most \(WorkspaceName.maximumLength) are allowed"
    case .controlCharacter: "the name contains a control character"
    case .invisible: "the name has no visible character"
    }
  }
}
