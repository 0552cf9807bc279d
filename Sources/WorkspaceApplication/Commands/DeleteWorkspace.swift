package import WorkspaceDomain

/// Deletes a workspace that is not the root and has no children.
package struct DeleteWorkspace: WorkspaceCommand {
  package static let typeName = "workspace.delete"

  package let id: WorkspaceID

  package init(id: WorkspaceID) { self.id = id }

  package init(_ data: CommandData) throws(CommandData.Problem) { id = try data.requiredWorkspaceID("workspace_id") }

  package var subject: WorkspaceID? { id }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.insert(id)
    reads.tree.childrenOf.insert(id)
    reads.tree.deletions += 1
    reads.askForCascade(deleting: TenantResource(tenantID: actor.tenantID, object: .workspace(id)))
    reads.ask(.view, .manage, on: .workspace(id), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .deleted(try WorkspaceService(scope).delete(id))
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .parent: .workspaceHasChildren
    default: nil
    }
  }
}

extension WorkspaceCommand where Self == DeleteWorkspace {
  package static func delete(id: WorkspaceID) -> Self { Self(id: id) }
}

extension WorkspaceService {
  /// Deletes a workspace that is not the root and has no children, with the roles on it.
  package func delete(_ id: WorkspaceID) throws(WorkspaceServiceError) -> WorkspaceID {
    do throws(WorkspaceServiceError) {
      var workspace = try workspace(id, permitting: .manage)
      do { try workspace.delete(at: now) } catch { throw .cannotDeleteRootWorkspace }
      guard try !repository.hasChildren(id) else { throw .workspaceHasChildren }
      try scope.beginCascade(from: .workspace(id))
      try scope.removeMembers(of: .workspace(id))
      repository.remove(workspace)
      observe(.deleted(id))
      return id
    } catch {
      if error != .unfinished { observe(.deletionFailed(id, error)) }
      throw error
    }
  }
}
