package import WorkspaceDomain

/// The question whether a user has a permission on an object.
package struct AccessQuestion: Sendable, Hashable {
  package let tenantID: TenantID
  package let userID: UserID
  package let permission: Permission
  package let resource: Resource

  package init(tenantID: TenantID, userID: UserID, permission: Permission, resource: Resource) {
    self.tenantID = tenantID
    self.userID = userID
    self.permission = permission
    self.resource = resource
  }
}

/// The question whether a user may view the workspace with a given name.
package struct NamedView: Sendable, Hashable {
  package let userID: UserID
  package let name: TenantName

  package init(userID: UserID, name: TenantName) {
    self.userID = userID
    self.name = name
  }
}

/// Identifies the role that a member has on an object of the tenant, if any.
package struct RoleKey: Sendable, Hashable {
  package let tenantID: TenantID
  package let object: Resource
  package let member: Member

  package init(tenantID: TenantID, object: Resource, member: Member) {
    self.tenantID = tenantID
    self.object = object
    self.member = member
  }

  /// The key of a user's role in the tenant itself.
  package static func tenant(_ tenantID: TenantID, _ userID: UserID) -> RoleKey {
    RoleKey(tenantID: tenantID, object: .tenant(tenantID), member: .user(userID))
  }
}

/// A user or a group as a member of a tenant, possibly only according to a message.
package struct TenantMember: Sendable, Hashable {
  package let tenantID: TenantID
  package let member: Member

  package init(tenantID: TenantID, member: Member) {
    self.tenantID = tenantID
    self.member = member
  }
}

/// An object, if it belongs to the tenant.
package struct TenantResource: Sendable, Hashable {
  package let tenantID: TenantID
  package let object: Resource

  package init(tenantID: TenantID, object: Resource) {
    self.tenantID = tenantID
    self.object = object
  }
}

/// A page of an object's members in their order: at most `limit` of those after `after`.
package struct MemberPageKey: Sendable, Hashable {
  package let tenantID: TenantID
  package let object: Resource
  package let after: Member?
  package let limit: Int

  package init(tenantID: TenantID, object: Resource, after: Member?, limit: Int) {
    self.tenantID = tenantID
    self.object = object
    self.after = after
    self.limit = limit
  }
}

/// A page of a tenant's groups in id order: at most `limit` of those after `after` that `viewer` may view.
package struct GroupPageKey: Sendable, Hashable {
  package let tenantID: TenantID
  /// nil: all groups.
  package let viewer: UserID?
  package let after: GroupID?
  package let limit: Int

  package init(tenantID: TenantID, viewer: UserID?, after: GroupID?, limit: Int) {
    self.tenantID = tenantID
    self.viewer = viewer
    self.after = after
    self.limit = limit
  }
}

/// What commands could need to know about their tenants' groups, and about who may do what, all read before the first
/// of them runs.
package struct AccessReads: Sendable, Equatable {
  /// Questions that may have to be decided. The paths up from the workspaces among them are in ``TreeReads/chainsOf``.
  package var questions: Set<AccessQuestion> = []
  package var namedViews: Set<NamedView> = []
  package var roles: Set<RoleKey> = []
  package var groups: Set<GroupID> = []
  package var groupNames: Set<TenantName> = []
  /// Members that may be removed, with all their roles in the tenant's workspaces and groups.
  package var removedMembers: Set<TenantMember> = []
  /// Objects that may be deleted, with all roles on them.
  package var deletedObjects: Set<TenantResource> = []
  /// Tenants that may be deleted, with all their groups and all roles in them.
  package var deletedTenants: Set<TenantID> = []
  /// How many commands may remove roles along with something else.
  package var cascades = 0
  /// Of the roles and of the groups that may go, at most one more than this is read.
  package var cascadeLimit = WorkspaceRules().cascadeLimit
  /// Tenants whose admins are counted, up to ``adminLimit``.
  package var adminsOf: Set<TenantID> = []
  /// How many admins the commands may remove.
  package var demotions = 0
  package var memberPages: Set<MemberPageKey> = []
  package var groupPages: Set<GroupPageKey> = []

  package init() {}

  /// Counting admins may stop here: one more than the commands could remove.
  package var adminLimit: Int { demotions + 1 }

  /// Asks for a group by its name. A text that is not a valid name needs no lookup: the command is rejected before.
  package mutating func ask(groupName name: String, of tenantID: TenantID) {
    guard let name = try? GroupName(name) else { return }
    groupNames.insert(TenantName(tenantID: tenantID, name: name))
  }
}

/// Everything that commands could need to know.
package struct CommandReads: Sendable, Equatable {
  package var tree = TreeReads()
  package var access = AccessReads()

  package init() {}

  /// Asks for what decides whether `actor` has any of the permissions.
  package mutating func ask(_ permissions: Permission..., on resource: Resource, by actor: Actor) {
    guard actor.isChecked, let userID = actor.userID else { return }
    for permission in permissions { ask(permission, on: resource, by: userID, of: actor.tenantID) }
  }

  /// Asks for what decides whether `actor` may view the workspace with a name. A text that is not a valid name needs no
  /// lookup.
  package mutating func askForView(ofName name: String, by actor: Actor) {
    guard actor.isChecked, let userID = actor.userID, let name = try? WorkspaceName(name) else { return }
    let tenantName = TenantName(tenantID: actor.tenantID, name: name)
    access.namedViews.insert(NamedView(userID: userID, name: tenantName))
    tree.ancestorsOfNamed.insert(tenantName)
  }

  /// Asks for an object itself, whatever its tenant. A tenant has nothing but its id.
  package mutating func ask(for object: Resource) {
    switch object {
    case .tenant: break
    case .workspace(let id): tree.workspaces.insert(id)
    case .group(let id): access.groups.insert(id)
    }
  }

  /// Asks for a page of an object's members.
  package mutating func askForMembers(of object: Resource, after: Member?, limit: Int, _ actor: Actor) {
    // One more tells whether another page follows.
    access.memberPages.insert(
      MemberPageKey(tenantID: actor.tenantID, object: object, after: after, limit: limit + 1))
  }

  /// Asks whether the tenant has an admin besides one that the command may remove.
  package mutating func askForAdmins(of tenantID: TenantID) {
    access.adminsOf.insert(tenantID)
    access.demotions += 1
  }

  /// Asks for everything that is removed along with a member, an object or a tenant.
  package mutating func askForCascade(
    removing member: TenantMember? = nil, deleting object: TenantResource? = nil, ofTenant tenantID: TenantID? = nil
  ) {
    access.cascades += 1
    if let member { access.removedMembers.insert(member) }
    if let object { access.deletedObjects.insert(object) }
    if let tenantID { access.deletedTenants.insert(tenantID) }
  }

  /// Asks for what decides whether `actor` gets a role on a new object.
  package mutating func askForFounder(_ actor: Actor) {
    guard let userID = actor.userID else { return }
    access.roles.insert(.tenant(actor.tenantID, userID))
  }

  /// Asks for what decides whether any user has a permission, as ``ask(_:on:by:)`` does for an actor.
  package mutating func ask(_ permission: Permission, on resource: Resource, by userID: UserID, of tenantID: TenantID) {
    access.questions.insert(
      AccessQuestion(tenantID: tenantID, userID: userID, permission: permission, resource: resource))
    guard case .workspace(let id) = resource else { return }
    tree.chainsOf.insert(TenantWorkspace(tenantID: tenantID, id: id))
  }
}
