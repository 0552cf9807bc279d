import WorkspaceDomain

/// The rules of a tenant's groups, for one command. What each command does is in its file in `Commands`; this is what
/// they share.
package struct GroupService {
  let scope: CommandScope

  package init(_ scope: CommandScope) { self.scope = scope }

  var tenantID: TenantID { scope.actor.tenantID }
  var repository: any GroupRepository { scope.repositories.groups }

  func validName(_ text: String) throws(WorkspaceServiceError) -> GroupName {
    do throws(GroupName.Problem) { return try GroupName(text) } catch { throw .invalidGroupName(error) }
  }

  /// A group of the tenant on which the actor has a permission.
  func group(_ id: GroupID, permitting permission: Permission) throws(WorkspaceServiceError) -> Group {
    guard let group = try repository.group(id), group.tenantID == tenantID else { throw .groupNotFound(id) }
    try scope.require(permission, on: .group(id), orHidden: .groupNotFound(id))
    return group
  }

  func requireUnused(_ name: GroupName) throws(WorkspaceServiceError) {
    guard try repository.group(named: name, in: tenantID) == nil else { throw .duplicateGroupName }
  }

  /// An id is unique across tenants. Its owner is not revealed.
  func requireUnused(_ id: GroupID) throws(WorkspaceServiceError) {
    guard try repository.group(id) == nil else { throw .duplicateGroupID }
  }

  /// Removes a group, after the roles that it has and those on it.
  func remove(_ group: Group) throws(WorkspaceServiceError) {
    try scope.removeRoles(of: .group(group.id))
    try scope.removeMembers(of: .group(group.id))
    var group = group
    group.delete(at: scope.now)
    repository.remove(group)
  }
}
