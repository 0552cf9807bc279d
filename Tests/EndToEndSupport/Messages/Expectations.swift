import Foundation
import Messaging
package import Testing

/// What the contract says about every message that a worker publishes.
package enum Expectations {
  private static func isTime(_ text: String?) -> Bool {
    text?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil
  }

  private static func isULID(_ text: String) -> Bool { text.wholeMatch(of: /[0-7][0-9A-HJKMNP-TV-Z]{25}/) != nil }

  /// The attributes and properties that results and events have in common.
  package static func published(_ message: Subscription.Message, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let event = try #require(message.event, sourceLocation: sourceLocation)
    let properties = message.properties
    #expect(event.specversion == "1.0", sourceLocation: sourceLocation)
    #expect(event.source == "/workspace-worker", sourceLocation: sourceLocation)
    #expect(isULID(event.id), sourceLocation: sourceLocation)
    #expect(isTime(event.time), sourceLocation: sourceLocation)
    #expect(event.attributes.contains("traceparent"), sourceLocation: sourceLocation)
    #expect(properties.messageID?.text == event.id, sourceLocation: sourceLocation)
    #expect(properties.type?.text == event.type, sourceLocation: sourceLocation)
    #expect(
      message.delivery.routingKey.text == event.type || message.delivery.exchange == "", sourceLocation: sourceLocation)
    #expect(properties.appID == "workspace-worker", sourceLocation: sourceLocation)
    #expect(properties.deliveryMode == 2, sourceLocation: sourceLocation)
    #expect(properties.contentType == "application/cloudevents+json", sourceLocation: sourceLocation)
    #expect(properties.headers?.string("tenantid") == event.tenantid, sourceLocation: sourceLocation)
    let seconds = try #require(properties.timestamp, sourceLocation: sourceLocation)
    #expect(event.time?.hasPrefix(rfc3339(seconds)) == true, sourceLocation: sourceLocation)
  }

  /// A complete event.
  package static func event(_ message: Subscription.Message, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try published(message, sourceLocation: sourceLocation)
    let event = try #require(message.event, sourceLocation: sourceLocation)
    var attributes: Set = [
      "specversion", "id", "source", "type", "time", "tenantid", "commandid", "commandsource", "sequence", "data",
    ]
    if event.type.hasPrefix("workspace.") { attributes.insert("subject") }
    attributes.formUnion(event.attributes.intersection(["userid", "traceparent", "tracestate"]))
    #expect(event.attributes == attributes, sourceLocation: sourceLocation)
    #expect(event.subject == event.data.workspaceID, sourceLocation: sourceLocation)
    #expect(event.data.tenantID == event.tenantid, sourceLocation: sourceLocation)
    let members: Set<String> =
      switch event.type {
      case "workspace.created":
        [
          "workspace_id", "tenant_id", "name", "parent_workspace_id", "is_root", "creator_id", "creator_role",
          "occurred_at",
        ]
      case "workspace.renamed": ["workspace_id", "tenant_id", "old_name", "name", "occurred_at"]
      case "workspace.deleted": ["workspace_id", "tenant_id", "name", "parent_workspace_id", "is_root", "occurred_at"]
      case "workspace.moved":
        ["workspace_id", "tenant_id", "old_parent_workspace_id", "parent_workspace_id", "occurred_at"]
      case "group.created": ["group_id", "tenant_id", "name", "creator_id", "creator_role", "occurred_at"]
      case "group.renamed": ["group_id", "tenant_id", "old_name", "name", "occurred_at"]
      case "group.deleted": ["group_id", "tenant_id", "name", "occurred_at"]
      case "tenant.deleted": ["tenant_id", "occurred_at"]
      case "tenant.member_set": ["tenant_id", "member", "role", "old_role", "occurred_at"]
      case "tenant.member_removed": ["tenant_id", "member", "role", "occurred_at"]
      case "workspace.member_set", "group.member_set":
        ["\(event.type.prefix { $0 != "." })_id", "tenant_id", "member", "role", "old_role", "occurred_at"]
      case "workspace.member_removed", "group.member_removed":
        ["\(event.type.prefix { $0 != "." })_id", "tenant_id", "member", "role", "occurred_at"]
      default: []
      }
    #expect(event.data.members == members, sourceLocation: sourceLocation)
    #expect(isTime(event.data.occurredAt), sourceLocation: sourceLocation)
    #expect(message.properties.correlationID == nil, sourceLocation: sourceLocation)
  }

  /// The announcement of a dead letter: who and why, without any of its content.
  package static func announcement(_ message: Subscription.Message, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let event = try #require(message.event, sourceLocation: sourceLocation)
    #expect(event.type == "workspace.dead_letter.recorded", sourceLocation: sourceLocation)
    #expect(message.delivery.routingKey.text == event.type, sourceLocation: sourceLocation)
    #expect(message.properties.messageID?.text == event.id && isULID(event.id), sourceLocation: sourceLocation)
    #expect(
      event.data.members == [
        "dead_letter_id", "reason", "queue", "tenant_id", "command_type", "command_source", "command_id", "attempts",
        "recorded_at",
      ], sourceLocation: sourceLocation)
    #expect(isTime(event.time), sourceLocation: sourceLocation)
  }

  /// Events of each tenant are numbered from 1 without a gap, in the order of their arrival; the same number again is
  /// the same event again.
  ///
  /// - Returns: the events, each once.
  package static func gapFree(
    _ messages: [Subscription.Message], repeated: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Subscription.Message] {
    var known: [String: [[UInt8]]] = [:]
    var unique: [Subscription.Message] = []
    for message in messages {
      guard let event = message.event, let tenant = event.tenantid, let sequence = event.sequence.flatMap(Int.init)
      else {
        Issue.record("not a valid event", sourceLocation: sourceLocation)
        continue
      }
      let bodies = known[tenant, default: []]
      if sequence == bodies.count + 1 {
        known[tenant, default: []].append(message.body)
        unique.append(message)
      } else if repeated, bodies.indices.contains(sequence - 1) {
        #expect(
          bodies[sequence - 1] == message.body, "event \(sequence) again, with other content",
          sourceLocation: sourceLocation)
      } else {
        Issue.record("event \(sequence) of \(tenant) follows \(bodies.count)", sourceLocation: sourceLocation)
      }
    }
    return unique
  }

  private static func rfc3339(_ seconds: UInt64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).replacing("Z", with: "")
  }
}
