/// A kind of command or query, by its name on the wire.
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

  /// What the query lane answers. Some of these types are not commands.
  package static let queries = askable.map { CommandType($0) }

  private static let askable: [any WorkspaceQuery.Type] = [
    GetWorkspace.self, ListWorkspaces.self, ListChildren.self, ListAncestors.self, FindWorkspace.self,
    ListWorkspaceMembers.self, GetGroup.self, ListGroups.self, ListGroupMembers.self, ListTenantMembers.self,
    CheckAccess.self,
  ]

  /// What commands are about: the first parts of their names.
  package static let subjects = allCases.reduce(into: [String]()) { subjects, type in
    let subject = String(type.rawValue.prefix { $0 != "." })
    if !subjects.contains(subject) { subjects.append(subject) }
  }

  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
  private static let queriesByName = Dictionary(uniqueKeysWithValues: askable.map { ($0.typeName, $0) })

  /// The query with that name; nil if there is none.
  package static func query(_ name: String) -> (any WorkspaceQuery.Type)? { queriesByName[name] }

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
