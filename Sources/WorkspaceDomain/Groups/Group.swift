/// A tenant's group of users: the aggregate that decides its changes and records them as events. Its members are roles
/// on it.
package struct Group: Sendable, Equatable {
  package let id: GroupID
  package let tenantID: TenantID
  package private(set) var name: GroupName
  package let createdAt: Timestamp
  package private(set) var updatedAt: Timestamp
  /// 1 at creation, one more with each change of its name.
  package private(set) var version: Int64
  /// What happened to it since it was created or loaded, oldest first.
  package private(set) var recordedEvents: [GroupEvent] = []

  /// A group as it was stored.
  package init(
    id: GroupID, tenantID: TenantID, name: GroupName, createdAt: Timestamp, updatedAt: Timestamp, version: Int64
  ) {
    self.id = id
    self.tenantID = tenantID
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.version = version
  }

  /// - Parameter founder: the acting user, if the command named one, and that user's role on it from then on.
  package static func create(
    id: GroupID, tenantID: TenantID, name: GroupName, founder: Founder?, at now: Timestamp
  ) -> Group {
    var group = Group(id: id, tenantID: tenantID, name: name, createdAt: now, updatedAt: now, version: 1)
    group.record(.created(name: name, founder: founder), at: now)
    return group
  }

  /// Renames it. Renaming it to its current name changes nothing and records nothing.
  package mutating func rename(to newName: GroupName, at now: Timestamp) {
    guard newName != name else { return }
    let oldName = name
    name = newName
    // A clock that was set back must not make a group older than its last change.
    updatedAt = max(updatedAt, now)
    version += 1
    record(.renamed(oldName: oldName, name: newName), at: now)
  }

  /// Records that it is deleted.
  package mutating func delete(at now: Timestamp) { record(.deleted(name: name), at: now) }

  /// Returns the recorded events, and clears them.
  package mutating func takeRecordedEvents() -> [GroupEvent] {
    defer { recordedEvents = [] }
    return recordedEvents
  }

  private mutating func record(_ change: GroupEvent.Change, at now: Timestamp) {
    recordedEvents.append(GroupEvent(groupID: id, tenantID: tenantID, change: change, occurredAt: now))
  }
}

/// Names of groups follow the rules for names of workspaces.
package typealias GroupName = WorkspaceName

/// Something that happened to a group.
package struct GroupEvent: Sendable, Equatable {
  package let groupID: GroupID
  package let tenantID: TenantID
  package let change: Change
  package let occurredAt: Timestamp

  package enum Change: Sendable, Equatable {
    case created(name: GroupName, founder: Founder?)
    case renamed(oldName: GroupName, name: GroupName)
    case deleted(name: GroupName)
  }
}
