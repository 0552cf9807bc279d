/// A kind of command, by its name on the wire.
package struct CommandType: RawRepresentable, Sendable {
  package let rawValue: String
  package let command: any WorkspaceCommand.Type

  package static let allCases: [CommandType] = [
    CommandType(CreateRootWorkspace.self), CommandType(CreateWorkspace.self), CommandType(RenameWorkspace.self),
    CommandType(MoveWorkspace.self), CommandType(DeleteWorkspace.self), CommandType(GetWorkspace.self),
    CommandType(ListWorkspaces.self), CommandType(SetWorkspaceMember.self), CommandType(RemoveWorkspaceMember.self),
    CommandType(ListWorkspaceMembers.self), CommandType(CreateGroup.self), CommandType(RenameGroup.self),
    CommandType(DeleteGroup.self), CommandType(GetGroup.self), CommandType(ListGroups.self),
    CommandType(SetGroupMember.self), CommandType(RemoveGroupMember.self), CommandType(ListGroupMembers.self),
    CommandType(SetTenantMember.self), CommandType(RemoveTenantMember.self), CommandType(ListTenantMembers.self),
    CommandType(DeleteTenant.self), CommandType(CheckAccess.self),
  ]

  /// What commands are about, as their names begin.
  package static let subjects = allCases.reduce(into: [String]()) { subjects, type in
    let subject = String(type.rawValue.prefix { $0 != "." })
    if !subjects.contains(subject) { subjects.append(subject) }
  }

  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  package init(_ command: any WorkspaceCommand.Type) {
    rawValue = command.typeName
    self.command = command
  }

  package init?(rawValue: String) {
    guard let type = Self.byName[rawValue] else { return nil }
    self = type
  }
}

extension CommandType: Hashable {
  package static func == (one: Self, other: Self) -> Bool { one.rawValue == other.rawValue }

  package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}
