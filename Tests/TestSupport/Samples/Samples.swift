package import Messaging
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

// Sample values for tests. Ids are random: tests that share a database don't collide.

extension ULID {
  package static func random() -> ULID {
    ULID(
      milliseconds: 1_795_420_800_000,
      randomness: Randomness(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)))
  }
}

extension Identifier {
  package static func random() -> Identifier { Identifier(.random()) }
}

extension Timestamp {
  package static let sample = Timestamp(milliseconds: 1_795_420_800_123)
}

extension Workspace {
  /// As read from a database: without events.
  package static func sample(
    id: WorkspaceID = .random(), tenant: TenantID, name: String, parent: WorkspaceID? = nil, version: Int64 = 1
  ) -> Workspace {
    Workspace(
      id: id, tenantID: tenant, name: WorkspaceName(stored: name), parentID: parent, createdAt: .sample,
      updatedAt: .sample, version: version)
  }

  /// Itself after a rename.
  package func renamed(_ name: String) -> Workspace {
    Workspace(
      id: id, tenantID: tenantID, name: WorkspaceName(stored: name), parentID: parentID, createdAt: createdAt,
      updatedAt: Timestamp(milliseconds: updatedAt.milliseconds + 1), version: version + 1)
  }
}

extension InboxEntry {
  package static func sample(
    source: String = "/tests", id: String = ULID.random().description, tenant: TenantID,
    type: String = "workspace.create.succeeded", result: [UInt8] = [1, 2, 3], recordedAt: Timestamp = .sample
  ) -> InboxEntry {
    InboxEntry(
      key: InboxKey(tenantID: tenant, source: source, id: id), fingerprint: CommandFingerprint.sample().recorded,
      resultID: .random(), resultType: type, result: result, recordedAt: recordedAt)
  }
}

extension CommandFingerprint {
  /// - Parameter byte: that it is made of; the one by the earlier rule of the next one.
  package static func sample(_ byte: UInt8 = 7) -> CommandFingerprint {
    CommandFingerprint(
      withUser: [UInt8](repeating: byte, count: 32), withoutUser: [UInt8](repeating: byte &+ 1, count: 32))
  }
}

extension InboxQuestion {
  /// The question for `entry`, with its result.
  package init(_ entry: InboxEntry) { self.init(key: entry.key, fingerprint: .sample()) }
}

extension DeadLetter {
  /// - Parameter message: default: one with a property and a body that isn't text.
  package static func sample(
    id: ULID = .random(), queue: String = "/tests", fingerprint: [UInt8] = (0..<32).map { _ in .random(in: 0...255) },
    reason: String = "malformed_json",
    tenant: TenantID? = nil, type: String? = nil, detail: String = "why", message: AMQPMessage? = nil
  ) -> DeadLetter {
    var properties = MessageProperties()
    properties.messageID = "m"
    return DeadLetter(
      id: id, queue: queue, fingerprint: fingerprint, recordedAt: Timestamp(milliseconds: Int64(id.milliseconds)),
      reason: reason,
      detail: detail, attempts: .init(count: 2, first: .sample),
      subject: .init(tenantID: tenant, commandType: type, commandSource: nil, commandID: nil),
      message: message
        ?? AMQPMessage(
          exchange: "workspace.commands", routingKey: ShortString(bytes: [0xFF]) ?? "", properties: properties,
          body: [0, 0xFF]))
  }
}

extension OutgoingMessages {
  /// One message.
  package static func sample(body: [UInt8] = [1, 2, 3]) -> OutgoingMessages {
    var properties = MessageProperties()
    properties.messageID = ShortString(ULID.random().description)
    properties.deliveryMode = 2
    return OutgoingMessages([
      AMQPMessage(
        exchange: "workspace.events", routingKey: "workspace.created", properties: properties, body: body)
    ])
  }
}

extension DeadLetter {
  package var key: DeadLetterKey { DeadLetterKey(queue: queue, fingerprint: fingerprint) }
}
