package import WorkspaceDomain

/// Why a user may do something.
package enum AccessGround: Sendable, Hashable {
  /// The user, or a group that the user is in, has the role on the object itself, on a workspace above it, or in the
  /// tenant.
  case role(HeldRole)
  /// The user is a member of a tenant with an open root: every member may create workspaces right below it.
  case openRoot
}

/// A member's role on an object.
package struct HeldRole: Sendable, Hashable {
  package let role: Role
  package let member: Member
  package let object: Resource

  package init(_ role: Role, of member: Member, on object: Resource) {
    self.role = role
    self.member = member
    self.object = object
  }
}
