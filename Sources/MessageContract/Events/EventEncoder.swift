package import WorkspaceApplication
package import WorkspaceDomain

/// Writes a domain event.
package enum EventEncoder {
  /// - Parameters:
  ///   - sequence: the event's number among those of its tenant, from 1 on without gaps.
  ///   - cause: the command whose change the event tells of.
  package static func encode(
    _ event: WorkspaceEvent, id: ULID, sequence: Int64, cause: CommandContext
  ) -> EncodedMessage {
    let type = type(of: event)
    var writer = JSONWriter()
    writer.object { writer in
      writer.envelope(
        id: id, type: type, time: event.occurredAt, subject: event.workspaceID.ulid, tenantID: event.tenantID)
      if let userID = cause.userID { writer.member("userid", userID) }
      writer.member("sequence", String(sequence))
      writer.cause(cause)
      writer.object("data") { $0.members(of: event) }
    }
    return EncodedMessage(id: id, type: type, time: event.occurredAt, tenantID: event.tenantID, body: writer.bytes)
  }

  private static func type(of event: WorkspaceEvent) -> String {
    switch event.change {
    case .created: "workspace.created"
    case .renamed: "workspace.renamed"
    case .deleted: "workspace.deleted"
    }
  }
}

extension JSONWriter {
  fileprivate mutating func members(of event: WorkspaceEvent) {
    member("workspace_id", event.workspaceID.ulid)
    member("tenant_id", event.tenantID.ulid)
    switch event.change {
    case .created(let name, let creator):
      member("name", name.text)
      place(of: event)
      member("creator_id", orNull: creator)
    case .renamed(let oldName, let name):
      member("old_name", oldName.text)
      member("name", name.text)
    case .deleted(let name):
      member("name", name.text)
      place(of: event)
    }
    member("occurred_at", event.occurredAt)
  }

  private mutating func place(of event: WorkspaceEvent) {
    member("parent_workspace_id", orNull: event.parentID?.ulid)
    member("is_root", event.isRoot)
  }
}
