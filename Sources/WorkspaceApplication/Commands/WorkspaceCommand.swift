package import WorkspaceDomain

/// What a caller may ask of a tenant's workspaces.
package enum WorkspaceCommand: Sendable, Equatable {
  /// Makes the tenant known, with its root. Without a name the root gets the default one.
  case createRoot(name: String?, id: WorkspaceID?)
  /// Without an id the worker chooses one.
  case create(name: String, parentID: WorkspaceID, id: WorkspaceID?)
  case rename(id: WorkspaceID, name: String)
  case delete(id: WorkspaceID)
  case get(id: WorkspaceID)
  /// At most `limit` workspaces in id order, from the one that follows `after`.
  case list(limit: Int, after: WorkspaceID?)
}
