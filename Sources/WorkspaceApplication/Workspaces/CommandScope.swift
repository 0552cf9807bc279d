package import WorkspaceDomain

/// The scope in which a command is executed: on whose behalf, on what, and when. The services read and write through
/// it, and share what is here.
///
/// If several rules are violated, the first one counts: an invalid name, then a missing or invisible object, then a
/// missing permission, then the command's own rules.
package struct CommandScope {
  package let actor: Actor
  let repositories: Repositories
  private let context: CommandContext
  private let probe: any WorkspaceServiceProbe
  let now: Timestamp
  let rules: WorkspaceRules
  private let identifiers: any IdentifierGenerator

  /// - Parameters:
  ///   - context: the context of the command; only its tenant's objects are read and changed.
  ///   - now: when the command is executed.
  /// - Throws: ``WorkspaceServiceError/userRequired`` if an acting user is required, and not named.
  package init(
    context: CommandContext, repositories: Repositories, probe: any WorkspaceServiceProbe,
    identifiers: any IdentifierGenerator, now: Timestamp, rules: WorkspaceRules
  ) throws(WorkspaceServiceError) {
    self.context = context
    actor = Actor(context, rules: rules.access)
    guard actor.userID != nil || !rules.access.isEnforced || !rules.access.requiresUser else { throw .userRequired }
    self.repositories = repositories
    self.probe = probe
    self.identifiers = identifiers
    self.now = now
    self.rules = rules
  }

  func observe(_ observation: WorkspaceObservation) { probe.observe(observation, of: context) }

  func newID() throws(WorkspaceServiceError) -> ULID {
    do throws(IdentifiersExhausted) { return try identifiers.next(at: now) } catch { throw .identifiersExhausted }
  }
}

// MARK: - Permissions

extension CommandScope {
  /// Whether the actor has a permission; an unchecked actor has all of them.
  func permits(_ permission: Permission, on resource: Resource) throws(WorkspaceServiceError) -> Bool {
    guard actor.isChecked, let userID = actor.userID else { return true }
    return try repositories.authorization.permits(
      AccessQuestion(tenantID: actor.tenantID, userID: userID, permission: permission, resource: resource))
  }

  func require(_ permission: Permission, on resource: Resource) throws(WorkspaceServiceError) {
    guard try decide(permission, on: resource) else { throw .permissionDenied }
  }

  /// - Parameter hidden: the error for actors who may not even view the object.
  func require(
    _ permission: Permission, on resource: Resource, orHidden hidden: WorkspaceServiceError
  ) throws(WorkspaceServiceError) {
    guard try !decide(permission, on: resource) else { return }
    throw try permits(.view, on: resource) ? .permissionDenied : hidden
  }

  /// The same as ``permits(_:on:)``, for a decision that the command depends on: the decision is reported.
  func decide(_ permission: Permission, on resource: Resource) throws(WorkspaceServiceError) -> Bool {
    let isPermitted = try permits(permission, on: resource)
    if actor.isChecked {
      observe(isPermitted ? .permissionGranted(permission, on: resource) : .permissionDenied(permission, on: resource))
    }
    return isPermitted
  }
}

// MARK: - Members

extension CommandScope {
  /// Whether the tenant exists: it does while it has a root.
  func isTenantKnown() throws(WorkspaceServiceError) -> Bool {
    try repositories.workspaces.root(of: actor.tenantID) != nil
  }

  func role(of member: Member, on object: Resource) throws(WorkspaceServiceError) -> Role? {
    try repositories.memberships.role(RoleKey(tenantID: actor.tenantID, object: object, member: member))
  }

  /// The role in the tenant itself.
  func tenantRole(of userID: UserID) throws(WorkspaceServiceError) -> Role? {
    try role(of: .user(userID), on: .tenant(actor.tenantID))
  }

  /// The acting user as the creator of something, with the creator's role on it: admin, if a member of the tenant. Nil
  /// without an acting user.
  func founder() throws(WorkspaceServiceError) -> Founder? {
    guard let userID = actor.userID else { return nil }
    return Founder(userID: userID, role: try tenantRole(of: userID) == nil ? nil : .admin)
  }

  /// Sets the founder's role on what was created.
  func install(_ founder: Founder?, on object: Resource) {
    guard let founder, let role = founder.role else { return }
    repositories.memberships.setFirst(
      role, RoleKey(tenantID: actor.tenantID, object: object, member: .user(founder.userID)))
  }

  /// Gives a member a role. If the member already has this role, nothing changes and no event is recorded.
  func set(_ role: Role, of member: Member, on object: Resource) throws(WorkspaceServiceError) {
    let old = try self.role(of: member, on: object)
    guard role != old else { return }
    repositories.memberships.set(role, RoleKey(tenantID: actor.tenantID, object: object, member: member))
    tell(.set(role: role, old: old), of: member, on: object)
  }

  /// Removes a member's role.
  func remove(_ role: Role, of member: Member, on object: Resource) {
    repositories.memberships.set(nil, RoleKey(tenantID: actor.tenantID, object: object, member: member))
    tell(.removed(role: role), of: member, on: object)
  }

  /// Begins a removal that has passed all checks: if it takes more roles with it than one transaction may remove,
  /// removes the first of them.
  ///
  /// The command is decided again with each part, so the roles on the object that may give the actor the permission
  /// stay until the end: the actor's own, and those of groups that are admins. Only if no others are left, because more
  /// groups are admins than one transaction may remove, some of these go first: all of them if the actor has a role
  /// there.
  ///
  /// - Parameter cause: the object of the command.
  /// - Throws: ``WorkspaceServiceError/unfinished`` if it has removed any.
  func beginCascade(from cause: Resource) throws(WorkspaceServiceError) {
    let cascade = try repositories.memberships.firstOfCascade()
    guard !cascade.isEmpty else { return }
    var part = cascade.filter { key, role in key.object != cause || !mayRest(on: role, of: key.member) }
    if part.isEmpty {
      part = cascade.filter { $0.key.member != actor.userID.map { .user($0) } }
      if part.count == cascade.count { part.removeLast() }
    }
    for (key, role) in part { remove(role, of: key.member, on: key.object) }
    throw .unfinished
  }

  private func mayRest(on role: Role, of member: Member) -> Bool {
    switch member {
    case .user(let userID): userID == actor.userID
    case .group: role == .admin
    }
  }

  /// Removes all roles on an object.
  func removeMembers(of object: Resource) throws(WorkspaceServiceError) {
    for membership in try repositories.memberships.members(of: TenantResource(tenantID: actor.tenantID, object: object))
    {
      remove(membership.role, of: membership.member, on: object)
    }
  }

  /// Removes all roles of a member in the tenant's workspaces and groups.
  func removeRoles(of member: Member) throws(WorkspaceServiceError) {
    for (object, role) in try repositories.memberships.roles(of: TenantMember(tenantID: actor.tenantID, member: member))
    {
      remove(role, of: member, on: object)
    }
  }

  /// A page of an object's members.
  func members(of object: Resource, after: Member?, limit: Int) throws(WorkspaceServiceError) -> MemberPage {
    let found = try repositories.memberships.members(
      of: TenantResource(tenantID: actor.tenantID, object: object), after: after, limit: limit + 1)
    let members = Array(found.prefix(limit))
    return MemberPage(members: members, next: found.count > limit ? members.last?.member : nil)
  }

  private func tell(_ change: MembershipEvent.Change, of member: Member, on object: Resource) {
    repositories.events.record(
      .membership(
        MembershipEvent(tenantID: actor.tenantID, object: object, member: member, change: change, occurredAt: now)))
  }
}
