import Foundation

/// A command, a result or an event, read by another reader than the worker's.
struct CloudEvent: Decodable, Sendable {
  let specversion: String
  let id: String
  let source: String
  let type: String
  let time: String?
  let subject: String?
  let tenantid: String?
  let userid: String?
  let traceparent: String?
  let tracestate: String?
  let commandid: String?
  let commandsource: String?
  let sequence: String?
  let data: Payload
  /// The names of all attributes.
  let attributes: Set<String>

  /// All that commands, results and events carry.
  struct Payload: Decodable, Sendable {
    let error: Failure?
    let workspace: Workspace?
    let workspaces: [Workspace]?
    let count: Int?
    let next: String?
    let workspaceID: String?
    let tenantID: String?
    let name: String?
    let oldName: String?
    let parentID: String?
    let isRoot: Bool?
    let creatorID: String?
    let occurredAt: String?
    /// The names of all members.
    let members: Set<String>
  }

  struct Failure: Decodable, Sendable {
    let code: String
    let message: String
  }

  struct Workspace: Decodable, Sendable, Equatable {
    let id: String
    let tenant_id: String
    let name: String
    let parent_workspace_id: String?
    let is_root: Bool
    let created_at: String
    let updated_at: String
    let version: Int
  }

  init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }

  private enum CodingKeys: String, CodingKey {
    case specversion, id, source, type, time, subject, tenantid, userid, traceparent, tracestate
    case commandid, commandsource, sequence, data
  }

  init(from decoder: any Decoder) throws {
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
    case parentID = "parent_workspace_id"
    case isRoot = "is_root"
    case creatorID = "creator_id"
    case occurredAt = "occurred_at"
  }

  init(from decoder: any Decoder) throws {
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
    parentID = try container.decodeIfPresent(String.self, forKey: .parentID)
    isRoot = try container.decodeIfPresent(Bool.self, forKey: .isRoot)
    creatorID = try container.decodeIfPresent(String.self, forKey: .creatorID)
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
