package import WorkspaceDomain

/// Moves a workspace, with everything below it, to another parent.
package struct MoveWorkspace: WorkspaceCommand {
  package static let typeName = "workspace.move"

  package let id: WorkspaceID
  package let parentID: WorkspaceID

  package init(id: WorkspaceID, parentID: WorkspaceID) {
    self.id = id
    self.parentID = parentID
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    id = try data.requiredWorkspaceID("workspace_id")
    parentID = try data.requiredWorkspaceID("parent_workspace_id")
  }

  package var subject: WorkspaceID? { id }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.workspaces.formUnion([id, parentID])
    reads.tree.chainsOf.insert(TenantWorkspace(tenantID: actor.tenantID, id: parentID))
    reads.tree.targets.insert(TenantWorkspace(tenantID: actor.tenantID, id: parentID))
    reads.tree.heightsOf.insert(TenantWorkspace(tenantID: actor.tenantID, id: id))
    reads.tree.moves += 1
    reads.ask(.view, .manage, on: .workspace(id), by: actor)
    reads.ask(.view, .createChild, on: .workspace(parentID), by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .workspace(try WorkspaceService(scope).move(id, to: parentID))
  }

  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? {
    switch constraint {
    case .parent: .parentWorkspaceNotFound(parentID)
    default: nil
    }
  }
}

extension WorkspaceCommand where Self == MoveWorkspace {
  package static func move(id: WorkspaceID, parentID: WorkspaceID) -> Self { Self(id: id, parentID: parentID) }
}

extension WorkspaceService {
  /// Moves a workspace below `parentID`. Moving it to its current parent succeeds and changes nothing.
  package func move(_ id: WorkspaceID, to parentID: WorkspaceID) throws(WorkspaceServiceError) -> Workspace {
    do throws(WorkspaceServiceError) {
      let workspace = try visibleWorkspace(id)
      _ = try visibleParent(parentID)
      try scope.require(.manage, on: .workspace(id))
      try scope.require(.createChild, on: .workspace(parentID))
      var moved = workspace
      do { try moved.move(to: parentID, at: now) } catch { throw .cannotMoveRootWorkspace }
      guard moved != workspace else { return workspace }
      guard try !repository.isInside(parentID, of: id) else { throw .workspaceInsideItself }
      let depth = try repository.depth(of: parentID)
      guard try repository.fits(id, levels: rules.treeDepth - depth) else {
        throw .workspaceTreeTooDeep(rules.treeDepth)
      }
      repository.save(moved)
      observe(.moved(id, from: workspace.parentID, to: parentID, version: moved.version))
      return moved
    } catch {
      observe(.moveFailed(id, error))
      throw error
    }
  }
}
