/// Runs a command through ``WorkspaceService``.
package enum WorkspaceCommandHandler {
  package static func handle(
    _ command: WorkspaceCommand, with service: WorkspaceService
  ) throws(WorkspaceServiceError) -> WorkspaceReply {
    switch command {
    case .createRoot(let name, let id): .workspace(try service.createRoot(name: name, id: id))
    case .create(let name, let parentID, let id): .workspace(try service.create(name: name, parentID: parentID, id: id))
    case .rename(let id, let name): .workspace(try service.rename(id, to: name))
    case .delete(let id): .deleted(try service.delete(id))
    case .get(let id): .workspace(try service.get(id))
    case .list(let limit, let after): .page(try service.list(limit: limit, after: after))
    }
  }
}
