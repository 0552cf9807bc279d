package import WorkspaceDomain

/// The rules of a tenant's workspaces, for one command.
///
/// Where several rules say no, the first one here does: validity, then existence, then uniqueness.
package struct WorkspaceService {
  private let tenantID: TenantID
  private let userID: String?
  private let repository: any WorkspaceRepository
  private let probe: any WorkspaceServiceProbe
  private let identifiers: any IdentifierGenerator
  private let now: Timestamp
  private let defaultRootName: String

  /// - Parameters:
  ///   - tenantID: the tenant whose workspaces it sees and changes, and none besides.
  ///   - userID: the acting user, where known.
  ///   - now: when the command is carried out.
  ///   - defaultRootName: the name of a root that is created without one.
  package init(
    tenantID: TenantID, userID: String?, repository: any WorkspaceRepository, probe: any WorkspaceServiceProbe,
    identifiers: any IdentifierGenerator, now: Timestamp, defaultRootName: String
  ) {
    self.tenantID = tenantID
    self.userID = userID
    self.repository = repository
    self.probe = probe
    self.identifiers = identifiers
    self.now = now
    self.defaultRootName = defaultRootName
  }

  /// Creates the tenant's root, named `name`, else the default.
  package func createRoot(name: String?, id: WorkspaceID?) throws(WorkspaceServiceError) -> Workspace {
    try observingCreation { () throws(WorkspaceServiceError) in
      let name = try validName(name ?? defaultRootName)
      try requireUnused(name)
      if let id { try requireUnused(id) }
      guard try read({ () throws(RepositoryError) in try repository.root(of: tenantID) }) == nil else {
        throw .rootWorkspaceExists
      }
      return try add(id: id, name: name, parentID: nil)
    }
  }

  /// Creates a workspace below `parentID`.
  package func create(name: String, parentID: WorkspaceID, id: WorkspaceID?) throws(WorkspaceServiceError) -> Workspace {
    try observingCreation { () throws(WorkspaceServiceError) in
      let name = try validName(name)
      try requireParent(parentID)
      try requireUnused(name)
      if let id { try requireUnused(id) }
      return try add(id: id, name: name, parentID: parentID)
    }
  }

  /// Renames a workspace. The name that it already has succeeds and changes nothing.
  package func rename(_ id: WorkspaceID, to newName: String) throws(WorkspaceServiceError) -> Workspace {
    do throws(WorkspaceServiceError) {
      let newName = try validName(newName)
      var workspace = try ownWorkspace(id)
      guard newName != workspace.name else { return workspace }
      try requireUnused(newName)
      let oldName = workspace.name
      workspace.rename(to: newName, at: now)
      repository.save(workspace)
      probe.workspaceRenamed(workspace, oldName: oldName)
      return workspace
    } catch {
      probe.workspaceRenameFailed(id, error)
      throw error
    }
  }

  /// Deletes a workspace that is not the root and has no children.
  package func delete(_ id: WorkspaceID) throws(WorkspaceServiceError) -> WorkspaceID {
    do throws(WorkspaceServiceError) {
      var workspace = try ownWorkspace(id)
      do { try workspace.delete(at: now) } catch { throw .cannotDeleteRootWorkspace }
      guard try !read({ () throws(RepositoryError) in try repository.hasChildren(id) }) else { throw .workspaceHasChildren }
      repository.remove(workspace)
      probe.workspaceDeleted(id)
      return id
    } catch {
      probe.workspaceDeletionFailed(id, error)
      throw error
    }
  }

  package func get(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Workspace {
    let workspace = try ownWorkspace(id)
    probe.workspaceRetrieved(id)
    return workspace
  }

  /// - Parameter limit: the largest number of workspaces on the page, at least 1.
  package func list(limit: Int, after: WorkspaceID?) throws(WorkspaceServiceError) -> WorkspacePage {
    // One more than asked for tells whether another page follows.
    let found = try read { () throws(RepositoryError) in
      try repository.workspaces(of: tenantID, after: after, limit: limit + 1)
    }
    let workspaces = Array(found.prefix(limit))
    probe.workspacesListed(count: workspaces.count)
    return WorkspacePage(workspaces: workspaces, next: found.count > limit ? workspaces.last?.id : nil)
  }
}

extension WorkspaceService {
  private func validName(_ text: String) throws(WorkspaceServiceError) -> WorkspaceName {
    do throws(WorkspaceName.Problem) { return try WorkspaceName(text) } catch { throw .invalidWorkspaceName(error) }
  }

  private func ownWorkspace(_ id: WorkspaceID) throws(WorkspaceServiceError) -> Workspace {
    try ownWorkspace(id, missing: .workspaceNotFound(id), foreign: .unauthorized(id))
  }

  private func requireParent(_ id: WorkspaceID) throws(WorkspaceServiceError) {
    _ = try ownWorkspace(id, missing: .parentWorkspaceNotFound(id), foreign: .unauthorizedParent(id))
  }

  private func ownWorkspace(
    _ id: WorkspaceID, missing: WorkspaceServiceError, foreign: WorkspaceServiceError
  ) throws(WorkspaceServiceError) -> Workspace {
    guard let workspace = try read({ () throws(RepositoryError) in try repository.workspace(id) }) else {
      probe.workspaceNotFound(id)
      throw missing
    }
    guard workspace.tenantID == tenantID else {
      probe.workspaceAccessDenied(id)
      throw foreign
    }
    return workspace
  }

  private func requireUnused(_ name: WorkspaceName) throws(WorkspaceServiceError) {
    let holder = try read { () throws(RepositoryError) in try repository.workspace(named: name, in: tenantID) }
    guard holder == nil else { throw .duplicateWorkspaceName }
  }

  /// An id is unique across tenants. Whose it is, is nobody's business.
  private func requireUnused(_ id: WorkspaceID) throws(WorkspaceServiceError) {
    let holder = try read { () throws(RepositoryError) in try repository.workspace(id) }
    guard holder == nil else { throw .duplicateWorkspaceID }
  }

  private func add(id: WorkspaceID?, name: WorkspaceName, parentID: WorkspaceID?) throws(WorkspaceServiceError) -> Workspace {
    let id = if let id { id } else { try newID() }
    let workspace = Workspace.create(
      id: id, tenantID: tenantID, name: name, parentID: parentID, creator: userID, at: now)
    repository.add(workspace)
    return workspace
  }

  private func newID() throws(WorkspaceServiceError) -> WorkspaceID {
    do throws(IdentifiersExhausted) { return WorkspaceID(try identifiers.next(at: now)) } catch { throw .identifiersExhausted }
  }

  private func observingCreation(
    _ creation: () throws(WorkspaceServiceError) -> Workspace
  ) throws(WorkspaceServiceError) -> Workspace {
    do throws(WorkspaceServiceError) {
      let workspace = try creation()
      probe.workspaceCreated(workspace)
      return workspace
    } catch {
      probe.workspaceCreationFailed(error)
      throw error
    }
  }

  private func read<Value>(_ query: () throws(RepositoryError) -> Value) throws(WorkspaceServiceError) -> Value {
    do throws(RepositoryError) { return try query() } catch { throw .repositoryFailed(error) }
  }
}
