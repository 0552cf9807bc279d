package import WorkspaceDomain

/// Port: who has which role on the objects of tenants, as a unit of work may see and change it.
///
/// Later reads see the changes, which become durable with the unit of work. Every read throws
/// ``WorkspaceServiceError/repositoryFailed(_:)`` if the unit of work has no answer.
package protocol MembershipRepository: AnyObject {
  func role(_ key: RoleKey) throws(WorkspaceServiceError) -> Role?
  /// How many admins a tenant has, counted up to the read set's limit.
  func adminCount(of tenantID: TenantID) throws(WorkspaceServiceError) -> Int
  /// The first of the roles that a removal takes with it, in the order of removal, if there may be more than one unit
  /// of work may remove. Otherwise empty: ``roles(of:)`` and ``members(of:)`` then return all of them.
  func firstOfCascade() throws(WorkspaceServiceError) -> [(key: RoleKey, role: Role)]
  /// All roles that a member has on the workspaces and groups of the tenant, in the order of their objects.
  func roles(of member: TenantMember) throws(WorkspaceServiceError) -> [(object: Resource, role: Role)]
  /// All members of an object that is to be deleted, in their order.
  func members(of object: TenantResource) throws(WorkspaceServiceError) -> [Membership]
  /// At most `limit` members of an object, in their order.
  func members(
    of object: TenantResource, after: Member?, limit: Int
  ) throws(WorkspaceServiceError) -> [Membership]

  /// - Parameter role: nil to remove it.
  func set(_ role: Role?, _ key: RoleKey)
  /// Sets the creator's role on a new object, on which no member has a role yet.
  func setFirst(_ role: Role, _ key: RoleKey)
}

/// Port: the groups that a unit of work may see and change, under the terms of ``WorkspaceRepository``.
package protocol GroupRepository: AnyObject {
  /// The group with that id in any tenant: the caller decides who may see it.
  func group(_ id: GroupID) throws(WorkspaceServiceError) -> Group?
  func group(named name: GroupName, in tenantID: TenantID) throws(WorkspaceServiceError) -> Group?
  /// The groups of a tenant that is to be deleted, in id order: all of them, or as many as one unit of work takes.
  func groups(of tenantID: TenantID) throws(WorkspaceServiceError) -> (known: [Group], areAll: Bool)
  /// At most `limit` of the tenant's groups that `viewer` may view, in id order.
  ///
  /// - Parameter viewer: nil: all.
  func groups(
    of tenantID: TenantID, viewer: UserID?, after: GroupID?, limit: Int
  ) throws(WorkspaceServiceError) -> [Group]

  func add(_ group: Group)
  func save(_ group: Group)
  func remove(_ group: Group)
}
