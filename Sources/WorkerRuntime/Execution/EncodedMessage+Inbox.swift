import Crypto
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

  /// The answer to a command whose key belongs to another command. It reveals nothing about that one, not even when it
  /// came.
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
    var hash = SHA256()
    let parts = [
      "conflict", "\(key.tenantID)", key.source, key.id, trace?.traceparent ?? "", trace?.tracestate ?? "",
    ]
    // Each part ends with a NUL byte, which is unambiguous: no attribute holds a control character.
    for part in parts { hash.update(data: Array(part.utf8) + [0]) }
    hash.update(data: command.fingerprint.withUser)
    self.init(
      milliseconds: min(UInt64(time.milliseconds), ULID.maximumMilliseconds),
      randomness: .init(hash: Array(hash.finalize())))
  }
}
