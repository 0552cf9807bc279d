package import WorkspaceDomain

/// Shows the workspace with a name.
package struct FindWorkspace: WorkspaceQuery {
  package static let typeName = "workspace.find"

  package let name: String

  package init(name: String) { self.name = name }

  package init(_ data: CommandData) throws(CommandData.Problem) { name = try data.requiredString("name") }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    reads.tree.ask(name: name, of: actor.tenantID)
    reads.askForView(ofName: name, by: actor)
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    .workspace(try WorkspaceService(scope).find(name))
  }
}

extension WorkspaceService {
  /// Finds a workspace by its name. One that the actor may not view is reported as if it did not exist.
  package func find(_ name: String) throws(WorkspaceServiceError) -> Workspace {
    let name = try validName(name)
    guard let workspace = try repository.workspace(named: name, in: tenantID) else { throw .noWorkspaceOfThatName }
    guard try scope.decide(.view, on: .workspace(workspace.id)) else { throw .noWorkspaceOfThatName }
    observe(.retrieved(workspace.id))
    return workspace
  }
}
