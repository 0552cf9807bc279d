package import WorkspaceDomain

/// Asks whether a user has a permission on an object.
package struct CheckAccess: WorkspaceCommand {
  package static let typeName = "access.check"

  package let permission: Permission
  package let object: Resource
  package let userID: UserID?

  package init(permission: Permission, object: Resource, userID: UserID?) {
    self.permission = permission
    self.object = object
    self.userID = userID
  }

  package init(_ data: CommandData) throws(CommandData.Problem) {
    (permission, object) = try data.requiredPermission("permission", on: "object")
    userID = try data.userID("user_id")
  }

  package func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules) {
    guard let asked = userID ?? actor.userID else { return }
    reads.ask(permission, on: object, by: asked, of: actor.tenantID)
    reads.ask(for: object)
    if asked != actor.userID { reads.ask(object.type.administration, on: object, by: actor) }
  }

  package func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply {
    try AccessService(scope).check(permission, on: object, of: userID)
  }
}

/// Answers who may do what, for one command.
package struct AccessService {
  private let scope: CommandScope

  package init(_ scope: CommandScope) { self.scope = scope }

  /// Whether a user has a permission, regardless of whether permissions are enforced. Users may ask about others only
  /// if they may administer the object.
  ///
  /// - Parameter userID: nil for the acting user.
  package func check(
    _ permission: Permission, on object: Resource, of userID: UserID?
  ) throws(WorkspaceServiceError) -> CommandReply {
    guard let asked = userID ?? scope.actor.userID else { throw .userRequired }
    if asked != scope.actor.userID { try scope.require(object.type.administration, on: object) }
    let question = AccessQuestion(
      tenantID: scope.actor.tenantID, userID: asked, permission: permission, resource: object)
    return .access(isAllowed: try scope.repositories.authorization.permits(question))
  }
}

extension ResourceType {
  /// The permission needed to ask about other users.
  fileprivate var administration: Permission {
    switch self {
    case .tenant: .administrate
    case .workspace, .group: .manage
    }
  }
}
