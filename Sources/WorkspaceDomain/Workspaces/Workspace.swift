/// A node in a tenant's tree of workspaces: the aggregate that decides its changes and records them as events.
package struct Workspace: Sendable, Equatable {
  package let id: WorkspaceID
  package let tenantID: TenantID
  package private(set) var name: WorkspaceName
  /// nil only for the root.
  package private(set) var parentID: WorkspaceID?
  package let createdAt: Timestamp
  package private(set) var updatedAt: Timestamp
  /// 1 at creation, one more with each change.
  package private(set) var version: Int64
  /// What happened to it since it was created or loaded, oldest first.
  package private(set) var recordedEvents: [WorkspaceEvent] = []

  package var isRoot: Bool { parentID == nil }

  /// A workspace as it was stored.
  package init(
    id: WorkspaceID, tenantID: TenantID, name: WorkspaceName, parentID: WorkspaceID?,
    createdAt: Timestamp, updatedAt: Timestamp, version: Int64
  ) {
    self.id = id
    self.tenantID = tenantID
    self.name = name
    self.parentID = parentID
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.version = version
  }

  /// A new workspace below `parentID`, or a tenant's root if that is nil.
  ///
  /// - Parameter founder: the acting user, if the command named one, and that user's role on it from then on.
  package static func create(
    id: WorkspaceID, tenantID: TenantID, name: WorkspaceName, parentID: WorkspaceID?, founder: Founder?,
    at now: Timestamp
  ) -> Workspace {
    var workspace = Workspace(
      id: id, tenantID: tenantID, name: name, parentID: parentID, createdAt: now, updatedAt: now, version: 1)
    workspace.record(.created(name: name, founder: founder), at: now)
    return workspace
  }

  /// Renames it. Renaming it to its current name changes nothing and records nothing.
  package mutating func rename(to newName: WorkspaceName, at now: Timestamp) {
    guard newName != name else { return }
    let oldName = name
    name = newName
    touch(at: now)
    record(.renamed(oldName: oldName, name: newName), at: now)
  }

  /// Moves it to another parent, with everything below it. Moving it to its current parent changes nothing and records
  /// nothing. A root can't be moved.
  package mutating func move(to newParentID: WorkspaceID, at now: Timestamp) throws(CannotMoveRoot) {
    guard let oldParentID = parentID else { throw CannotMoveRoot() }
    guard newParentID != oldParentID else { return }
    parentID = newParentID
    touch(at: now)
    record(.moved(oldParentID: oldParentID, parentID: newParentID), at: now)
  }

  /// Records that it is deleted. A root is deleted only with its tenant.
  package mutating func delete(at now: Timestamp) throws(CannotDeleteRoot) {
    guard !isRoot else { throw CannotDeleteRoot() }
    record(.deleted(name: name), at: now)
  }

  /// Records that it is deleted because its tenant is.
  package mutating func deleteWithTenant(at now: Timestamp) { record(.deleted(name: name), at: now) }

  package struct CannotDeleteRoot: Error, Equatable {}
  package struct CannotMoveRoot: Error, Equatable {}

  /// Returns the recorded events, and clears them.
  package mutating func takeRecordedEvents() -> [WorkspaceEvent] {
    defer { recordedEvents = [] }
    return recordedEvents
  }

  private mutating func touch(at now: Timestamp) {
    // A clock that was set back must not make a workspace older than its last change.
    updatedAt = max(updatedAt, now)
    version += 1
  }

  private mutating func record(_ change: WorkspaceEvent.Change, at now: Timestamp) {
    recordedEvents.append(
      WorkspaceEvent(workspaceID: id, tenantID: tenantID, parentID: parentID, change: change, occurredAt: now))
  }
}
