extension TenantModel {
  /// A change reported by an event. Fields that don't apply to the type are nil.
  package struct Change: Sendable, Equatable {
    package let type: String
    package let tenant: String
    /// Who acted; nil for a system.
    package let user: String?
    /// Of the workspace or the group; nil for a tenant.
    package var object: String?
    package var name: String?
    package var oldName: String?
    package var parent: String?
    package var oldParent: String?
    package var member: Reference?
    package var role: String?
    package var oldRole: String?
    /// The creator's new role.
    package var creatorRole: String?

    package init(_ type: String, tenant: String, user: String?) {
      self.type = type
      self.tenant = tenant
      self.user = user
    }
  }
}

extension TenantModel.Change {
  package init(_ event: CloudEvent) {
    self.init(event.type, tenant: event.tenantid ?? "", user: event.userid)
    object = event.data.workspaceID ?? event.data.groupID
    name = event.data.name
    oldName = event.data.oldName
    parent = event.data.parentID
    oldParent = event.data.oldParentID
    member = event.data.member.flatMap(TenantModel.Reference.init)
    role = event.data.role
    oldRole = event.data.oldRole
    creatorRole = event.data.creatorRole
  }
}
