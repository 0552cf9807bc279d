import StrictJSON
package import WorkspaceApplication
package import WorkspaceDomain

/// Writes the announcement of a message newly recorded in the dead-letter ledger: what it is about and why it was
/// recorded, without any of its payload.
package enum DeadLetterEventEncoder {
  package static let type = "workspace.dead_letter.recorded"

  /// - Parameters:
  ///   - letter: the id of the message in the ledger.
  ///   - envelope: as much of the message as could be read.
  ///   - queue: `<virtual host>/<queue>` that the message was delivered from.
  package static func encode(
    letter: ULID, reason: DeadLetterReason, envelope: PartialEnvelope, queue: String, attempts: Int, id: ULID,
    at time: Timestamp
  ) -> EncodedMessage {
    var writer = JSONWriter()
    writer.object { writer in
      writer.envelope(id: id, type: type, time: time, subject: letter, tenantID: envelope.tenantID)
      writer.cause(
        id: envelope.id, source: envelope.source, trace: envelope.trace ?? CommandTrace.context(ofMessage: letter))
      writer.object("data") { writer in
        writer.member("dead_letter_id", letter)
        writer.member("reason", reason.rawValue)
        writer.member("queue", queue)
        writer.member("tenant_id", orNull: envelope.tenantID?.ulid)
        writer.member("command_type", orNull: envelope.type)
        writer.member("command_source", orNull: envelope.source)
        writer.member("command_id", orNull: envelope.id)
        writer.member("attempts", attempts)
        writer.member("recorded_at", time)
      }
    }
    return EncodedMessage(id: id, type: type, time: time, tenantID: envelope.tenantID, body: writer.bytes)
  }
}
