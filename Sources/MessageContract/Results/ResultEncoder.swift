import StrictJSON
package import WorkspaceApplication
package import WorkspaceDomain

/// Encodes the results of commands and the answers to queries.
package enum ResultEncoder {
  /// The result of a command that was executed, or rejected by a rule.
  package static func encode(
    _ outcome: Result<CommandReply, Rejection>, of command: DecodedCommand, id: ULID, at time: Timestamp
  ) -> EncodedMessage {
    encode(outcome, of: (command.type, command.context, command.command), sequence: nil, id: id, at: time)
  }

  /// The answer to a query.
  ///
  /// - Parameter sequence: the sequence of its tenant that the answer shows.
  package static func encode(
    _ outcome: Result<CommandReply, Rejection>, of query: DecodedQuery, sequence: Int64, id: ULID, at time: Timestamp
  ) -> EncodedMessage {
    encode(outcome, of: (query.type, query.context, query.query), sequence: sequence, id: id, at: time)
  }

  private static func encode(
    _ outcome: Result<CommandReply, Rejection>,
    of command: (type: CommandType, context: CommandContext, content: any WorkspaceCommand), sequence: Int64?, id: ULID,
    at time: Timestamp
  ) -> EncodedMessage {
    let tenantID = command.context.tenantID
    let type = command.type.rawValue + (outcome.isSuccess ? ".succeeded" : ".rejected")
    var writer = JSONWriter()
    writer.object { writer in
      writer.envelope(
        id: id, type: type, time: time, subject: subject(of: command.content, outcome)?.ulid, tenantID: tenantID)
      if let sequence { writer.member("sequence", String(sequence)) }
      writer.cause(command.context)
      writer.object("data") { writer in
        switch outcome {
        case .success(let reply): writer.reply(reply)
        case .failure(let rejection): writer.error(code: rejection.code.rawValue, message: rejection.message)
        }
      }
    }
    return EncodedMessage(id: id, type: type, time: time, tenantID: tenantID, body: writer.bytes)
  }

  /// The result of a command that could not be processed.
  ///
  /// - Parameters:
  ///   - failure: why.
  ///   - envelope: as much of the command as could be read.
  package static func encode(
    _ failure: CommandFailure, of envelope: PartialEnvelope, id: ULID, at time: Timestamp
  ) -> EncodedMessage {
    let type = failedType(of: envelope)
    var writer = JSONWriter()
    writer.object { writer in
      writer.envelope(id: id, type: type, time: time, subject: envelope.subject?.ulid, tenantID: envelope.tenantID)
      writer.cause(
        id: envelope.id, source: envelope.source, trace: envelope.trace ?? CommandTrace.context(ofMessage: id))
      writer.object("data") { $0.error(code: failure.reason.rawValue, message: failure.detail) }
    }
    return EncodedMessage(id: id, type: type, time: time, tenantID: envelope.tenantID, body: writer.bytes)
  }

  /// The type is also the routing key, which holds 255 bytes.
  private static func failedType(of envelope: PartialEnvelope) -> String {
    guard let type = envelope.type.map({ $0 + ".failed" }), type.utf8.count <= 255 else { return "command.failed" }
    return type
  }

  /// The workspace that the command is about: the one that it names or has created or, once it has succeeded, the one
  /// whose members it has changed or listed.
  private static func subject(
    of command: any WorkspaceCommand, _ outcome: Result<CommandReply, Rejection>
  ) -> WorkspaceID? {
    switch outcome {
    case .success(.workspace(let workspace)): workspace.id
    case .success(.memberSet(.workspace(let id), _)), .success(.memberRemoved(.workspace(let id), _)),
      .success(.members(.workspace(let id), _)):
      id
    default: command.subject
    }
  }
}

extension Result {
  fileprivate var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}

extension JSONWriter {
  fileprivate mutating func error(code: String, message: String) {
    object("error") { writer in
      writer.member("code", code)
      writer.member("message", message)
    }
  }

  fileprivate mutating func reply(_ reply: CommandReply) {
    switch reply {
    case .workspace(let workspace): object("workspace") { $0.members(of: workspace) }
    case .deleted(let id): member("workspace_id", id.ulid)
    case .group(let group): object("group") { $0.members(of: group) }
    case .groupDeleted(let id): member("group_id", id.ulid)
    case .groupPage(let page):
      array("groups", page.groups) { writer, group in writer.object { $0.members(of: group) } }
      member("count", page.groups.count)
      member("next", orNull: page.next?.ulid)
    case .tenantDeleted(let id): member("tenant_id", id.ulid)
    case .memberSet(let object, let membership):
      id(of: object)
      member(membership.member)
      member("role", membership.role.rawValue)
    case .memberRemoved(let object, let member):
      id(of: object)
      self.member(member)
    case .members(_, let page):
      array("members", page.members) { writer, membership in
        writer.object { writer in
          writer.member(membership.member)
          writer.member("role", membership.role.rawValue)
        }
      }
      member("count", page.members.count)
      member("next", orNull: page.next.map(MemberCursor.text))
    case .access(let isAllowed): member("allowed", isAllowed)
    case .page(let page):
      array("workspaces", page.workspaces) { writer, workspace in writer.object { $0.members(of: workspace) } }
      member("count", page.workspaces.count)
      member("next", orNull: page.next?.ulid)
    }
  }

  /// A tenant needs no id here: the envelope has it.
  private mutating func id(of object: Resource) {
    switch object {
    case .tenant: break
    case .workspace(let id): member("workspace_id", id.ulid)
    case .group(let id): member("group_id", id.ulid)
    }
  }

  private mutating func members(of group: Group) {
    member("id", group.id.ulid)
    member("tenant_id", group.tenantID.ulid)
    member("name", group.name.text)
    member("created_at", group.createdAt)
    member("updated_at", group.updatedAt)
    member("version", group.version)
  }

  private mutating func members(of workspace: Workspace) {
    member("id", workspace.id.ulid)
    member("tenant_id", workspace.tenantID.ulid)
    member("name", workspace.name.text)
    member("parent_workspace_id", orNull: workspace.parentID?.ulid)
    member("is_root", workspace.isRoot)
    member("created_at", workspace.createdAt)
    member("updated_at", workspace.updatedAt)
    member("version", workspace.version)
  }
}
