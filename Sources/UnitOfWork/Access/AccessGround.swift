package import WorkspaceDomain

/// By what somebody may do something.
package enum AccessGround: Sendable, Hashable {
  /// The user, or a group that he is in, has it on the object itself, on a workspace above it, or in the tenant.
  case role(HeldRole)
  /// A member of the tenant creates workspaces below its root, while that is open.
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
