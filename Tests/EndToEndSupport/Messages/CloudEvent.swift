import Foundation

/// A command, a result or an event, read by a different reader than the worker's.
package struct CloudEvent: Decodable, Sendable {
  package let specversion: String
  package let id: String
  package let source: String
  package let type: String
  package let time: String?
  package let subject: String?
  package let tenantid: String?
  package let userid: String?
  package let traceparent: String?
  package let tracestate: String?
  package let commandid: String?
  package let commandsource: String?
  package let sequence: String?
  package let data: Payload
  /// The names of all attributes.
  package let attributes: Set<String>

  /// Everything that commands, results and events carry.
  package struct Payload: Decodable, Sendable {
    package let error: Failure?
    package let workspace: Workspace?
    package let workspaces: [Workspace]?
    package let count: Int?
    package let next: String?
    package let workspaceID: String?
    package let tenantID: String?
    package let name: String?
    package let oldName: String?
    package let oldParentID: String?
    package let parentID: String?
    package let isRoot: Bool?
    package let creatorID: String?
    package let creatorRole: String?
    package let group: Group?
    package let groupID: String?
    package let userID: String?
    package let member: Member?
    package let role: String?
    package let oldRole: String?
    package let allowed: Bool?
    /// These four belong to commands; nil if a hostile one has another type there.
    package let permission: String?
    package let object: Member?
    package let limit: Int?
    package let after: String?
    package let occurredAt: String?
    /// The names of all members.
    package let members: Set<String>
  }

  package struct Failure: Decodable, Sendable {
    package let code: String
    package let message: String
  }

  package struct Group: Decodable, Sendable, Equatable {
    package let id: String
    package let tenant_id: String
    package let name: String
    package let version: Int
  }

  package struct Member: Decodable, Sendable, Hashable {
    package let type: String
    package let id: String
  }

  package struct Workspace: Decodable, Sendable, Equatable {
    package let id: String
    package let tenant_id: String
    package let name: String
    package let parent_workspace_id: String?
    package let is_root: Bool
    package let created_at: String
    package let updated_at: String
    package let version: Int
  }

  package init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }

  private enum CodingKeys: String, CodingKey {
    case specversion, id, source, type, time, subject, tenantid, userid, traceparent, tracestate
    case commandid, commandsource, sequence, data
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    specversion = try container.decode(String.self, forKey: .specversion)
    id = try container.decode(String.self, forKey: .id)
    source = try container.decode(String.self, forKey: .source)
    type = try container.decode(String.self, forKey: .type)
    time = try container.decodeIfPresent(String.self, forKey: .time)
    subject = try container.decodeIfPresent(String.self, forKey: .subject)
    tenantid = try container.decodeIfPresent(String.self, forKey: .tenantid)
    userid = try container.decodeIfPresent(String.self, forKey: .userid)
    traceparent = try container.decodeIfPresent(String.self, forKey: .traceparent)
    tracestate = try container.decodeIfPresent(String.self, forKey: .tracestate)
    commandid = try container.decodeIfPresent(String.self, forKey: .commandid)
    commandsource = try container.decodeIfPresent(String.self, forKey: .commandsource)
    sequence = try container.decodeIfPresent(String.self, forKey: .sequence)
    data = try container.decode(Payload.self, forKey: .data)
    attributes = try decoder.memberNames()
  }
}

extension CloudEvent.Payload {
  private enum CodingKeys: String, CodingKey {
    case error, workspace, workspaces, count, next, name
    case workspaceID = "workspace_id"
    case tenantID = "tenant_id"
    case oldName = "old_name"
    case oldParentID = "old_parent_workspace_id"
    case parentID = "parent_workspace_id"
    case isRoot = "is_root"
    case creatorID = "creator_id"
    case creatorRole = "creator_role"
    case group, member, role, allowed, permission, object, limit, after
    case groupID = "group_id"
    case userID = "user_id"
    case oldRole = "old_role"
    case occurredAt = "occurred_at"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    error = try container.decodeIfPresent(CloudEvent.Failure.self, forKey: .error)
    workspace = try container.decodeIfPresent(CloudEvent.Workspace.self, forKey: .workspace)
    workspaces = try container.decodeIfPresent([CloudEvent.Workspace].self, forKey: .workspaces)
    count = try container.decodeIfPresent(Int.self, forKey: .count)
    next = try container.decodeIfPresent(String.self, forKey: .next)
    workspaceID = try container.decodeIfPresent(String.self, forKey: .workspaceID)
    tenantID = try container.decodeIfPresent(String.self, forKey: .tenantID)
    name = try container.decodeIfPresent(String.self, forKey: .name)
    oldName = try container.decodeIfPresent(String.self, forKey: .oldName)
    oldParentID = try container.decodeIfPresent(String.self, forKey: .oldParentID)
    parentID = try container.decodeIfPresent(String.self, forKey: .parentID)
    isRoot = try container.decodeIfPresent(Bool.self, forKey: .isRoot)
    creatorID = try container.decodeIfPresent(String.self, forKey: .creatorID)
    creatorRole = try container.decodeIfPresent(String.self, forKey: .creatorRole)
    group = try container.decodeIfPresent(CloudEvent.Group.self, forKey: .group)
    groupID = try container.decodeIfPresent(String.self, forKey: .groupID)
    userID = try container.decodeIfPresent(String.self, forKey: .userID)
    member = try container.decodeIfPresent(CloudEvent.Member.self, forKey: .member)
    role = try container.decodeIfPresent(String.self, forKey: .role)
    oldRole = try container.decodeIfPresent(String.self, forKey: .oldRole)
    allowed = try container.decodeIfPresent(Bool.self, forKey: .allowed)
    permission = try? container.decode(String.self, forKey: .permission)
    object = try? container.decode(CloudEvent.Member.self, forKey: .object)
    limit = try? container.decode(Int.self, forKey: .limit)
    after = try? container.decode(String.self, forKey: .after)
    occurredAt = try container.decodeIfPresent(String.self, forKey: .occurredAt)
    members = try decoder.memberNames()
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  fileprivate func memberNames() throws -> Set<String> {
    Set(try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue))
  }
}
