package import WorkspaceApplication
package import WorkspaceDomain

/// The paths that were walked. Commands of one batch often need the same, or parts of the same, several times.
package struct WorkspacePaths {
  private var known: [WorkspaceID: WorkspacePath] = [:]

  package init() {}

  /// - Parameters:
  ///   - limit: no path is longer, unless it is circular.
  ///   - parentOf: the parent of a workspace; the outer optional is nil if it is unknown, the inner one for a root.
  package mutating func path(
    from id: WorkspaceID, limit: Int, parentOf: (WorkspaceID) -> WorkspaceID??
  ) throws(WorkspaceServiceError) -> WorkspacePath {
    if let path = known[id] { return path }
    var ids: [WorkspaceID] = []
    var next: WorkspaceID? = id
    var above: WorkspacePath?
    while let step = next, above == nil {
      guard let parent = parentOf(step), ids.count < limit else {
        throw .notLoaded("the way up from workspace \(id)")
      }
      ids.append(step)
      next = parent
      above = parent.flatMap { known[$0] }
    }
    for step in ids.reversed() {
      let path = WorkspacePath(step, above: above)
      known[step] = path
      above = path
    }
    guard let above else { throw .notLoaded("the way up from workspace \(id)") }
    return above
  }

  /// After a workspace was moved or removed.
  package mutating func removeAll() { known.removeAll(keepingCapacity: true) }
}
