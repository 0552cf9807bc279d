import WorkspaceApplication
import WorkspaceDomain

/// The paths from workspaces up to the root.
extension IdentityMap {
  /// Goes from a workspace up to the root, until `step` returns false.
  func climb(from id: WorkspaceID, _ step: (WorkspaceID) -> Bool) throws(WorkspaceServiceError) {
    var next: WorkspaceID? = id
    var count = 0
    while let id = next {
      guard step(id) else { return }
      count += 1
      guard let parent = parent(of: id), count <= knownCount else {
        throw .notLoaded("the way up from workspace \(id)")
      }
      next = parent
    }
  }

  /// - Returns: how many levels `descendant` is below a workspace, 0 for the workspace itself; nil if it is not below
  ///   it.
  func levels(from id: WorkspaceID, to descendant: WorkspaceID) throws(WorkspaceServiceError) -> Int? {
    var levels = 0
    var isBelow = false
    try climb(from: descendant) { step in
      isBelow = step == id
      if !isBelow { levels += 1 }
      return !isBelow
    }
    return isBelow ? levels : nil
  }
}
