package import WorkspaceDomain

/// Port: the workspaces that a unit of work may see and change.
///
/// Changes are seen by the reads that follow, and become durable with the unit of work. Each change also takes over
/// the events that the aggregate recorded.
package protocol WorkspaceRepository: AnyObject {
  /// The workspace of that id in whatever tenant: the caller decides who may see it.
  func workspace(_ id: WorkspaceID) throws(RepositoryError) -> Workspace?
  func workspace(named name: WorkspaceName, in tenantID: TenantID) throws(RepositoryError) -> Workspace?
  func root(of tenantID: TenantID) throws(RepositoryError) -> Workspace?
  func hasChildren(_ id: WorkspaceID) throws(RepositoryError) -> Bool
  /// At most `limit` of the tenant's workspaces with an id after `after`, in id order.
  func workspaces(of tenantID: TenantID, after: WorkspaceID?, limit: Int) throws(RepositoryError) -> [Workspace]

  func add(_ workspace: Workspace)
  func save(_ workspace: Workspace)
  func remove(_ workspace: Workspace)
}

/// Why a repository has no answer.
package enum RepositoryError: Error, Sendable, Equatable {
  /// The unit of work did not load what was asked for: a defect of ours, told apart from "does not exist".
  case notLoaded(String)
}
