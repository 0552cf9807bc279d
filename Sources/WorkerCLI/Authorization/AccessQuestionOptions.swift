import ArgumentParser
import WorkspaceApplication
import WorkspaceDomain

/// `USER PERMISSION TYPE ID --tenant T`, for commands that check whether a user may do something.
struct AccessQuestionOptions: ParsableArguments {
  @Argument(help: "The user, as in a command's userid.")
  var user: UserID
  @Argument(
    help: "For a tenant: view, administrate. A workspace: view, edit, manage, create_child. A group: view, manage.")
  var permission: Permission
  @Argument(help: "The type of the object.")
  var type: ResourceType
  @Argument(help: "The object's id, a ULID.")
  var id: ULID
  @Option(help: "The tenant's id, a ULID.")
  var tenant: ULID

  func validate() throws {
    guard type.permissions.contains(permission) else {
      let known = type.permissions.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("A \(type.rawValue) has no permission \(permission.rawValue), only \(known).")
    }
  }

  var value: AccessQuestion {
    AccessQuestion(tenantID: TenantID(tenant), userID: user, permission: permission, resource: Resource(type, id))
  }
}

extension UserID: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Permission: ExpressibleByArgument {}

extension ResourceType: ExpressibleByArgument {}
