import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension EncodedMessage {
  /// The answer that a command already got, byte for byte.
  init(recorded entry: InboxEntry) {
    self.init(
      id: entry.resultID, type: entry.resultType, time: entry.recordedAt, tenantID: entry.key.tenantID,
      body: entry.result)
  }

  /// The answer to a command whose key belongs to another command. It reveals nothing about the other command, not even
  /// when that was answered.
  ///
  /// The key is taken, so the inbox can't remember this answer. The command still gets the same bytes each time: the id
  /// is derived from the command alone, and the time is the sender's (the start of 1970 if there is none). The trace,
  /// which the answer continues, is part of the id: one id never has two contents.
  init(conflictOf command: DecodedCommand, _ properties: MessageProperties) {
    let time = command.sentAt ?? properties.time ?? Timestamp(milliseconds: 0)
    let id = ULID(conflictOf: command, at: time)
    let rejection = Rejection(
      code: .idempotencyConflict, message: "another command has been sent with this source and id")
    self = ResultEncoder.encode(.failure(rejection), of: command, id: id, at: time)
  }
}

extension ULID {
  fileprivate init(conflictOf command: DecodedCommand, at time: Timestamp) {
    let (key, trace) = (command.context.key, command.context.trace)
    self.init(
      derivedFrom: ["conflict", "\(key.tenantID)", key.source, key.id, trace?.traceparent, trace?.tracestate],
      command.fingerprint.withUser, milliseconds: UInt64(time.milliseconds))
  }
}
