package import WorkspaceDomain

/// The answer to a command that succeeded.
package enum CommandReply: Sendable, Equatable {
  case workspace(Workspace)
  case deleted(WorkspaceID)
  case page(WorkspacePage)
  case group(Group)
  case groupDeleted(GroupID)
  case groupPage(GroupPage)
  case tenantDeleted(TenantID)
  /// The member now has the role.
  case memberSet(Resource, Membership)
  case memberRemoved(Resource, Member)
  case members(Resource, MemberPage)
  case access(isAllowed: Bool)
}

/// A page of an object's members, in order.
package struct MemberPage: Sendable, Equatable {
  package let members: [Membership]
  /// The last member of this page if more follow: the next page starts after it.
  package let next: Member?

  package init(members: [Membership], next: Member?) {
    self.members = members
    self.next = next
  }
}

/// A page of a tenant's groups, in id order.
package struct GroupPage: Sendable, Equatable {
  package let groups: [Group]
  /// The last id of this page if more follow: the next page starts after it.
  package let next: GroupID?

  package init(groups: [Group], next: GroupID?) {
    self.groups = groups
    self.next = next
  }
}

/// A page of a tenant's workspaces, in id order.
package struct WorkspacePage: Sendable, Equatable {
  package let workspaces: [Workspace]
  /// The last id of this page if more follow: the next page starts after it.
  package let next: WorkspaceID?

  package init(workspaces: [Workspace], next: WorkspaceID?) {
    self.workspaces = workspaces
    self.next = next
  }
}
