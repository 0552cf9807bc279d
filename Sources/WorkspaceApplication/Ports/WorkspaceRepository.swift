package import WorkspaceDomain

/// Port: the workspaces that a unit of work may see and change.
///
/// Later reads see the changes, which become durable with the unit of work. Each change also takes over the events that
/// the aggregate recorded. Every read throws ``WorkspaceServiceError/repositoryFailed(_:)`` if the unit of work has no
/// answer.
package protocol WorkspaceRepository: AnyObject {
  /// The workspace with that id in any tenant: the caller decides who may see it.
  func workspace(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Workspace?
  func workspace(named name: WorkspaceName, in tenantID: TenantID) throws(WorkspaceServiceError) -> Workspace?
  func root(of tenantID: TenantID) throws(WorkspaceServiceError) -> Workspace?
  func hasChildren(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Bool
  /// The level of a workspace, counted from the root, which is at level 1.
  func depth(of id: WorkspaceID) throws(WorkspaceServiceError) -> Int
  /// Whether `id` is `ancestor` or anywhere below it.
  func isInside(_ id: WorkspaceID, of ancestor: WorkspaceID) throws(WorkspaceServiceError) -> Bool
  /// Whether a workspace and everything below it have at most `levels` levels.
  func fits(_ id: WorkspaceID, levels: Int) throws(WorkspaceServiceError) -> Bool
  /// At most `limit` of the tenant's workspaces with an id after `after` that `viewer` may view, in id order.
  ///
  /// - Parameter viewer: nil: all.
  func workspaces(
    of tenantID: TenantID, viewer: UserID?, after: WorkspaceID?, limit: Int
  ) throws(WorkspaceServiceError) -> [Workspace]
  /// At most `limit` of the workspaces right below a workspace, with an id after `after`, in id order.
  func children(
    of id: WorkspaceID, in tenantID: TenantID, after: WorkspaceID?, limit: Int
  ) throws(WorkspaceServiceError) -> [Workspace]
  /// The workspaces above a workspace, the root first.
  func ancestors(of id: WorkspaceID) throws(WorkspaceServiceError) -> [Workspace]
  /// Whether the tenant has any workspace besides the root.
  func hasWorkspacesBelowRoot(_ tenantID: TenantID) throws(WorkspaceServiceError) -> Bool

  func add(_ workspace: Workspace)
  func save(_ workspace: Workspace)
  func remove(_ workspace: Workspace)
}

/// Why a repository has no answer.
package enum RepositoryError: Error, Sendable, Equatable {
  /// The unit of work did not load what was asked for: a defect of the worker, as opposed to "does not exist".
  case notLoaded(String)
  /// Earlier changes of the unit of work leave the answer open. It is known if the command runs in a unit of work of
  /// its own.
  case undecided(String)
}
