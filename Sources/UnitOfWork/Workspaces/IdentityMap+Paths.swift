import WorkspaceApplication
import WorkspaceDomain

/// The paths from workspaces up to the root.
extension IdentityMap {
  func path(from id: WorkspaceID) throws(WorkspaceServiceError) -> WorkspacePath {
    try paths.path(from: id, limit: knownCount, parentOf: parent)
  }

  /// - Returns: how many levels `descendant` is below a workspace, 0 for the workspace itself; nil if it is not below
  ///   it.
  func levels(from id: WorkspaceID, to descendant: WorkspaceID) throws(WorkspaceServiceError) -> Int? {
    for (levels, step) in try path(from: descendant).enumerated() where step == id { return levels }
    return nil
  }
}
