package import WorkspaceDomain

/// Every way in which ``WorkspaceService`` says no.
package enum WorkspaceServiceError: Error, Sendable, Equatable {
  case invalidWorkspaceName(WorkspaceName.Problem)
  case duplicateWorkspaceName
  case duplicateWorkspaceID
  case rootWorkspaceExists
  case parentWorkspaceNotFound(WorkspaceID)
  /// The parent is another tenant's: outside it reads as ``parentWorkspaceNotFound(_:)``.
  case unauthorizedParent(WorkspaceID)
  case workspaceNotFound(WorkspaceID)
  /// The workspace is another tenant's: outside it reads as ``workspaceNotFound(_:)``.
  case unauthorized(WorkspaceID)
  case cannotDeleteRootWorkspace
  case workspaceHasChildren

  /// Not a rule but a defect of ours: the command has failed, it is not rejected.
  case repositoryFailed(RepositoryError)
  /// No identifier is left within this millisecond: the command can succeed a moment later.
  case identifiersExhausted
}

extension WorkspaceServiceError {
  /// How the outside world reads the answer; nil where it is a failure, not a rule.
  ///
  /// Another tenant's workspace reads exactly like one that does not exist.
  package var rejection: Rejection? {
    switch self {
    case .invalidWorkspaceName(let problem): Rejection(code: .invalidWorkspaceName, message: problem.explanation)
    case .duplicateWorkspaceName:
      Rejection(code: .duplicateWorkspaceName, message: "the tenant has a workspace of that name")
    case .duplicateWorkspaceID: Rejection(code: .duplicateWorkspaceID, message: "the workspace id is taken")
    case .rootWorkspaceExists: Rejection(code: .rootWorkspaceExists, message: "the tenant has a root workspace")
    case .parentWorkspaceNotFound, .unauthorizedParent:
      Rejection(code: .parentWorkspaceNotFound, message: "the parent workspace does not exist")
    case .workspaceNotFound, .unauthorized:
      Rejection(code: .workspaceNotFound, message: "the workspace does not exist")
    case .cannotDeleteRootWorkspace:
      Rejection(code: .cannotDeleteRootWorkspace, message: "a root workspace can't be deleted")
    case .workspaceHasChildren: Rejection(code: .workspaceHasChildren, message: "the workspace has children")
    case .repositoryFailed, .identifiersExhausted: nil
    }
  }
}

extension WorkspaceName.Problem {
  fileprivate var explanation: String {
    switch self {
    case .empty: "the name is empty"
    case .tooLong(let length): "the name has \(length) characters, \(WorkspaceName.maximumLength) are allowed"
    case .controlCharacter: "the name has a control character"
    }
  }
}
