import WorkspaceDomain

/// The rules of a tenant's workspaces, for one command. What each command does is in its file in `Commands`; this is
/// what they share.
package struct WorkspaceService {
  let scope: CommandScope

  package init(_ scope: CommandScope) { self.scope = scope }

  var tenantID: TenantID { scope.actor.tenantID }
  var repository: any WorkspaceRepository { scope.repositories.workspaces }
  var now: Timestamp { scope.now }
  var rules: WorkspaceRules { scope.rules }

  func observe(_ observation: WorkspaceObservation) { scope.observe(observation) }

  func validName(_ text: String) throws(WorkspaceServiceError) -> WorkspaceName {
    do throws(WorkspaceName.Problem) { return try WorkspaceName(text) } catch { throw .invalidWorkspaceName(error) }
  }

  /// A workspace of the tenant on which the actor has a permission.
  func workspace(_ id: WorkspaceID, permitting permission: Permission) throws(WorkspaceServiceError) -> Workspace {
    let workspace = try ownWorkspace(id, missing: .workspaceNotFound(id), foreign: .unauthorized(id))
    try scope.require(permission, on: .workspace(id), orHidden: .workspaceNotFound(id))
    return workspace
  }

  /// A workspace of the tenant that the actor may view.
  func visibleWorkspace(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Workspace {
    let workspace = try ownWorkspace(id, missing: .workspaceNotFound(id), foreign: .unauthorized(id))
    guard try scope.decide(.view, on: .workspace(id)) else { throw .workspaceNotFound(id) }
    return workspace
  }

  /// A parent workspace of the tenant that the actor may view or, if it is an open root, may create children in anyway.
  func visibleParent(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Workspace {
    let parent = try ownWorkspace(id, missing: .parentWorkspaceNotFound(id), foreign: .unauthorizedParent(id))
    if try scope.permits(.createChild, on: .workspace(id)) { return parent }
    guard try scope.permits(.view, on: .workspace(id)) else {
      observe(.permissionDenied(.view, on: .workspace(id)))
      throw .parentWorkspaceNotFound(id)
    }
    return parent
  }

  private func ownWorkspace(
    _ id: WorkspaceID, missing: WorkspaceServiceError, foreign: WorkspaceServiceError
  ) throws(WorkspaceServiceError) -> Workspace {
    guard let workspace = try repository.workspace(id) else {
      observe(.notFound(id))
      throw missing
    }
    guard workspace.tenantID == tenantID else {
      observe(.accessDenied(id))
      throw foreign
    }
    return workspace
  }

  func requireUnused(_ name: WorkspaceName) throws(WorkspaceServiceError) {
    guard try repository.workspace(named: name, in: tenantID) == nil else { throw .duplicateWorkspaceName }
  }

  /// An id is unique across tenants. Its owner is not revealed.
  func requireUnused(_ id: WorkspaceID) throws(WorkspaceServiceError) {
    guard try repository.workspace(id) == nil else { throw .duplicateWorkspaceID }
  }

  func add(
    id: WorkspaceID?, name: WorkspaceName, parentID: WorkspaceID?, founder: Founder?
  ) throws(WorkspaceServiceError) -> Workspace {
    let id = if let id { id } else { WorkspaceID(try scope.newID()) }
    let workspace = Workspace.create(
      id: id, tenantID: tenantID, name: name, parentID: parentID, founder: founder, at: now)
    repository.add(workspace)
    scope.install(founder, on: .workspace(id))
    return workspace
  }

  func observingCreation(
    _ creation: () throws(WorkspaceServiceError) -> Workspace
  ) throws(WorkspaceServiceError) -> Workspace {
    do throws(WorkspaceServiceError) {
      let workspace = try creation()
      observe(.created(workspace.id, isRoot: workspace.isRoot))
      return workspace
    } catch {
      observe(.creationFailed(error))
      throw error
    }
  }
}
