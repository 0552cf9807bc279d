package import WorkspaceDomain

/// The workspaces from one up to its root. Paths that meet share the rest.
package final class WorkspacePath {
  package let id: WorkspaceID
  /// nil for a root.
  package let above: WorkspacePath?
  /// The number of workspaces: 1 for a root.
  package let depth: Int

  init(_ id: WorkspaceID, above: WorkspacePath?) {
    self.id = id
    self.above = above
    depth = 1 + (above?.depth ?? 0)
  }
}

extension WorkspacePath: Sequence {
  package struct Iterator: IteratorProtocol {
    fileprivate var rest: WorkspacePath?

    package mutating func next() -> WorkspaceID? {
      defer { rest = rest?.above }
      return rest?.id
    }
  }

  package func makeIterator() -> Iterator { Iterator(rest: self) }
}
