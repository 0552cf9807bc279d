import StrictJSON
package import WorkspaceApplication
package import WorkspaceDomain

/// Writes a domain event.
package enum EventEncoder {
  /// - Parameters:
  ///   - sequence: the event's number among its tenant's events, starting at 1, without gaps.
  ///   - cause: the command whose change the event reports.
  package static func encode(
    _ event: DomainEvent, id: ULID, sequence: Int64, cause: CommandContext
  ) -> EncodedMessage {
    let type = event.type
    var writer = JSONWriter()
    writer.object { writer in
      writer.envelope(
        id: id, type: type, time: event.occurredAt, subject: event.subject?.ulid, tenantID: event.tenantID)
      if let userID = cause.userID { writer.member("userid", userID) }
      writer.member("sequence", String(sequence))
      writer.cause(cause)
      writer.object("data") { writer in
        writer.members(of: event)
        writer.member("occurred_at", event.occurredAt)
      }
    }
    return EncodedMessage(id: id, type: type, time: event.occurredAt, tenantID: event.tenantID, body: writer.bytes)
  }
}

extension DomainEvent {
  fileprivate var type: String {
    switch self {
    case .workspace(let event):
      switch event.change {
      case .created: "workspace.created"
      case .renamed: "workspace.renamed"
      case .moved: "workspace.moved"
      case .deleted: "workspace.deleted"
      }
    case .group(let event):
      switch event.change {
      case .created: "group.created"
      case .renamed: "group.renamed"
      case .deleted: "group.deleted"
      }
    case .membership(let event):
      switch event.change {
      case .set: event.object.type.rawValue + ".member_set"
      case .removed: event.object.type.rawValue + ".member_removed"
      }
    case .tenantDeleted: "tenant.deleted"
    }
  }

  /// The workspace that the event is about; nil if it is about none.
  fileprivate var subject: WorkspaceID? {
    switch self {
    case .workspace(let event): event.workspaceID
    case .membership(let event): if case .workspace(let id) = event.object { id } else { nil }
    case .group, .tenantDeleted: nil
    }
  }
}

extension JSONWriter {
  fileprivate mutating func members(of event: DomainEvent) {
    switch event {
    case .workspace(let event): members(of: event)
    case .group(let event): members(of: event)
    case .membership(let event): members(of: event)
    case .tenantDeleted(let id, _): member("tenant_id", id.ulid)
    }
  }

  private mutating func members(of event: WorkspaceEvent) {
    member("workspace_id", event.workspaceID.ulid)
    member("tenant_id", event.tenantID.ulid)
    switch event.change {
    case .created(let name, let founder):
      member("name", name.text)
      place(of: event)
      members(of: founder)
    case .renamed(let oldName, let name):
      member("old_name", oldName.text)
      member("name", name.text)
    case .moved(let oldParentID, let parentID):
      member("old_parent_workspace_id", oldParentID.ulid)
      member("parent_workspace_id", parentID.ulid)
    case .deleted(let name):
      member("name", name.text)
      place(of: event)
    }
  }

  private mutating func place(of event: WorkspaceEvent) {
    member("parent_workspace_id", orNull: event.parentID?.ulid)
    member("is_root", event.isRoot)
  }

  private mutating func members(of founder: Founder?) {
    member("creator_id", orNull: founder?.userID.text)
    member("creator_role", orNull: founder?.role?.rawValue)
  }

  private mutating func members(of event: GroupEvent) {
    member("group_id", event.groupID.ulid)
    member("tenant_id", event.tenantID.ulid)
    switch event.change {
    case .created(let name, let founder):
      member("name", name.text)
      members(of: founder)
    case .renamed(let oldName, let name):
      member("old_name", oldName.text)
      member("name", name.text)
    case .deleted(let name): member("name", name.text)
    }
  }

  private mutating func members(of event: MembershipEvent) {
    switch event.object {
    case .tenant: break
    case .workspace(let id): member("workspace_id", id.ulid)
    case .group(let id): member("group_id", id.ulid)
    }
    member("tenant_id", event.tenantID.ulid)
    member(event.member)
    switch event.change {
    case .set(let role, let old):
      member("role", role.rawValue)
      member("old_role", orNull: old?.rawValue)
    case .removed(let role): member("role", role.rawValue)
    }
  }
}
