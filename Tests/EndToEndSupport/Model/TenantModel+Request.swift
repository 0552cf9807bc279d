import Foundation

extension TenantModel {
  /// What a command asks for.
  package enum Request: Sendable, Equatable {
    case createRoot(name: String, id: String)
    case create(name: String, parent: String, id: String)
    case rename(workspace: String, name: String)
    case move(workspace: String, parent: String)
    case delete(workspace: String)
    case get(workspace: String)
    /// - Parameter after: an id.
    case list(limit: Int, after: String?)
    case createGroup(name: String, id: String)
    case renameGroup(String, name: String)
    case deleteGroup(String)
    case deleteTenant
    case setMember(Role, as: String)
    case removeMember(Role)
    /// - Parameter user: nil for the acting one.
    case check(permission: String, on: Reference, of: String?)
  }
}

/// The wire format of a command.
extension TenantModel.Request {
  package var type: String {
    switch self {
    case .createRoot: "workspace.create_root"
    case .create: "workspace.create"
    case .rename: "workspace.rename"
    case .move: "workspace.move"
    case .delete: "workspace.delete"
    case .get: "workspace.get"
    case .list: "workspace.list"
    case .createGroup: "group.create"
    case .renameGroup: "group.rename"
    case .deleteGroup: "group.delete"
    case .deleteTenant: "tenant.delete"
    case .setMember(let role, _): "\(role.object.kind.rawValue).set_member"
    case .removeMember(let role): "\(role.object.kind.rawValue).remove_member"
    case .check: "access.check"
    }
  }

  /// JSON, its members in a fixed order. Names and ids come from tests: nothing in them needs escaping.
  package var data: String {
    switch self {
    case .createRoot(let name, let id): #"{"name":"\#(name)","workspace_id":"\#(id)"}"#
    case .create(let name, let parent, let id):
      #"{"name":"\#(name)","parent_workspace_id":"\#(parent)","workspace_id":"\#(id)"}"#
    case .rename(let workspace, let name): #"{"workspace_id":"\#(workspace)","name":"\#(name)"}"#
    case .move(let workspace, let parent): #"{"workspace_id":"\#(workspace)","parent_workspace_id":"\#(parent)"}"#
    case .delete(let workspace), .get(let workspace): #"{"workspace_id":"\#(workspace)"}"#
    case .list(let limit, let after): #"{"limit":\#(limit)\#(after.map { #","after":"\#($0)""# } ?? "")}"#
    case .createGroup(let name, let id): #"{"name":"\#(name)","group_id":"\#(id)"}"#
    case .renameGroup(let group, let name): #"{"group_id":"\#(group)","name":"\#(name)"}"#
    case .deleteGroup(let group): #"{"group_id":"\#(group)"}"#
    case .deleteTenant: "{}"
    case .setMember(let role, let value): #"{\#(Self.members(role)),"role":"\#(value)"}"#
    case .removeMember(let role): "{\(Self.members(role))}"
    case .check(let permission, let object, let user):
      #"{"permission":"\#(permission)","object":{"type":"\#(object.kind.rawValue)","id":"\#(object.id)"}"#
        + (user.map { #","user_id":"\#($0)""# } ?? "") + "}"
    }
  }

  private static func members(_ role: TenantModel.Role) -> String {
    switch role.object.kind {
    case .workspace:
      #""workspace_id":"\#(role.object.id)","#
        + #""member":{"type":"\#(role.member.kind.rawValue)","id":"\#(role.member.id)"}"#
    case .group: #""group_id":"\#(role.object.id)","user_id":"\#(role.member.id)""#
    case .tenant, .user: #""user_id":"\#(role.member.id)""#
    }
  }
}

extension TenantModel.Request {
  /// Reads a command.
  ///
  /// - Parameter answer: the content of its result, with the ids that the worker chose. Without it the command's own id
  ///   stands in for such an id.
  /// - Returns: nil for a command that the model does not know.
  package init?(_ command: CloudEvent, answer: CloudEvent.Payload? = nil) {
    let data = command.data
    let name = (data.name ?? "Root").trimmingCharacters(in: .whitespacesAndNewlines)
    let workspace = data.workspaceID ?? answer?.workspace?.id ?? command.id
    let group = data.groupID ?? answer?.group?.id ?? command.id
    switch command.type {
    case "workspace.create_root": self = .createRoot(name: name, id: workspace)
    case "workspace.create": self = .create(name: name, parent: data.parentID ?? "", id: workspace)
    case "workspace.rename": self = .rename(workspace: workspace, name: name)
    case "workspace.move": self = .move(workspace: workspace, parent: data.parentID ?? "")
    case "workspace.delete": self = .delete(workspace: workspace)
    case "workspace.get": self = .get(workspace: workspace)
    case "workspace.list": self = .list(limit: data.limit ?? 100, after: data.after)
    case "group.create": self = .createGroup(name: name, id: group)
    case "group.rename": self = .renameGroup(group, name: name)
    case "group.delete": self = .deleteGroup(group)
    case "tenant.delete": self = .deleteTenant
    case "workspace.set_member", "group.set_member", "tenant.set_member":
      guard let role = TenantModel.Role(command) else { return nil }
      self = .setMember(role, as: data.role ?? "")
    case "workspace.remove_member", "group.remove_member", "tenant.remove_member":
      guard let role = TenantModel.Role(command) else { return nil }
      self = .removeMember(role)
    case "access.check":
      guard let object = data.object.flatMap(TenantModel.Reference.init) else { return nil }
      self = .check(permission: data.permission ?? "", on: object, of: data.userID)
    default: return nil
    }
  }
}

extension TenantModel.Reference {
  package init?(_ text: CloudEvent.Member) {
    guard let kind = Kind(rawValue: text.type) else { return nil }
    self.init(kind, text.id)
  }
}

extension TenantModel.Role {
  /// What a command, a result or an event about members is about.
  package init?(_ event: CloudEvent) {
    let data = event.data
    let user = data.userID.map { TenantModel.Reference(.user, $0) }
    guard let member = data.member.flatMap(TenantModel.Reference.init) ?? user else { return nil }
    let object: TenantModel.Reference? =
      switch event.type.prefix(while: { $0 != "." }) {
      case "workspace": data.workspaceID.map { .init(.workspace, $0) }
      case "group": data.groupID.map { .init(.group, $0) }
      case "tenant": event.tenantid.map { .init(.tenant, $0) }
      default: nil
      }
    guard let object else { return nil }
    self.init(of: member, on: object)
  }
}
