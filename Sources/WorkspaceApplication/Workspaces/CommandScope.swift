package import WorkspaceDomain

/// What a command is carried out in: on whose behalf, on what, and when. The services see and change through it, and share
/// what stands here.
///
/// Where several rules say no, the first one does: an invalid name, then what is not there or may not be seen, then what is not
/// permitted, then the command's own.
package struct CommandScope {
  package let actor: Actor
  let repositories: Repositories
  private let context: CommandContext
  private let probe: any WorkspaceServiceProbe
  let now: Timestamp
  let rules: WorkspaceRules
  private let identifiers: any IdentifierGenerator

  /// - Parameters:
  ///   - context: of the command; its tenant's objects are seen and changed, and none besides.
  ///   - now: when the command is carried out.
  package init(
    context: CommandContext, repositories: Repositories, probe: any WorkspaceServiceProbe, identifiers: any IdentifierGenerator,
    now: Timestamp, rules: WorkspaceRules
  ) {
    self.context = context
    actor = Actor(context, rules: rules.access)
    self.repositories = repositories
    self.probe = probe
    self.identifiers = identifiers
    self.now = now
    self.rules = rules
  }

  /// Carries a command out, if somebody acts where somebody must.
  package func run(_ command: any WorkspaceCommand) throws(WorkspaceServiceError) -> CommandReply {
    guard actor.userID != nil || !rules.access.isEnforced || !rules.access.requiresUser else { throw .userRequired }
    return try command.run(in: self)
  }

  func observe(_ observation: WorkspaceObservation) { probe.observe(observation, of: context) }

  func newID() throws(WorkspaceServiceError) -> ULID {
    do throws(IdentifiersExhausted) { return try identifiers.next(at: now) } catch { throw .identifiersExhausted }
  }
}

// MARK: - Permissions

extension CommandScope {
  /// Whether the actor may: who is not checked may everything.
  func permits(_ permission: Permission, on resource: Resource) throws(WorkspaceServiceError) -> Bool {
    guard actor.isChecked, let userID = actor.userID else { return true }
    return try repositories.authorization.permits(
      AccessQuestion(tenantID: actor.tenantID, userID: userID, permission: permission, resource: resource))
  }

  func require(_ permission: Permission, on resource: Resource) throws(WorkspaceServiceError) {
    guard try decide(permission, on: resource) else { throw .permissionDenied }
  }

  /// - Parameter hidden: what the object reads like for who may not even view it.
  func require(
    _ permission: Permission, on resource: Resource, orHidden hidden: WorkspaceServiceError
  ) throws(WorkspaceServiceError) {
    guard try !decide(permission, on: resource) else { return }
    throw try permits(.view, on: resource) ? .permissionDenied : hidden
  }

  /// ``permits(_:on:)``, where the command's fate hangs on it: it is told.
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
  /// Whether the tenant is known: it is while it has a root.
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

  /// Who is creating something, and what he becomes on it: its admin, if he is a member of the tenant.
  func founder() throws(WorkspaceServiceError) -> Founder? {
    guard let userID = actor.userID else { return nil }
    return Founder(userID: userID, role: try tenantRole(of: userID) == nil ? nil : .admin)
  }

  /// The founder's role on what he has created.
  func install(_ founder: Founder?, on object: Resource) {
    guard let founder, let role = founder.role else { return }
    repositories.memberships.setFirst(
      role, RoleKey(tenantID: actor.tenantID, object: object, member: .user(founder.userID)))
  }

  /// Gives somebody a role. The role that he has changes nothing and tells nothing.
  func set(_ role: Role, of member: Member, on object: Resource) throws(WorkspaceServiceError) {
    let old = try self.role(of: member, on: object)
    guard role != old else { return }
    repositories.memberships.set(role, RoleKey(tenantID: actor.tenantID, object: object, member: member))
    tell(.set(role: role, old: old), of: member, on: object)
  }

  /// Takes somebody's role away.
  func remove(_ role: Role, of member: Member, on object: Resource) {
    repositories.memberships.set(nil, RoleKey(tenantID: actor.tenantID, object: object, member: member))
    tell(.removed(role: role), of: member, on: object)
  }

  /// Takes all roles on an object away.
  func removeMembers(of object: Resource) throws(WorkspaceServiceError) {
    for membership in try repositories.memberships.members(of: TenantResource(tenantID: actor.tenantID, object: object)) {
      remove(membership.role, of: membership.member, on: object)
    }
  }

  /// Takes all roles of a member in the tenant's workspaces and groups away.
  func removeRoles(of member: Member) throws(WorkspaceServiceError) {
    for (object, role) in try repositories.memberships.roles(of: TenantMember(tenantID: actor.tenantID, member: member)) {
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
