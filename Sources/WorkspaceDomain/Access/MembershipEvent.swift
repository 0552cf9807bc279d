/// A change of a member's role on an object.
package struct MembershipEvent: Sendable, Equatable {
  package let tenantID: TenantID
  package let object: Resource
  package let member: Member
  package let change: Change
  package let occurredAt: Timestamp

  package enum Change: Sendable, Equatable {
    /// `old` is nil if there was none.
    case set(role: Role, old: Role?)
    /// `role` is the one that ended.
    case removed(role: Role)
  }

  package init(tenantID: TenantID, object: Resource, member: Member, change: Change, occurredAt: Timestamp) {
    self.tenantID = tenantID
    self.object = object
    self.member = member
    self.change = change
    self.occurredAt = occurredAt
  }
}
