import MessageContract
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

extension EncodedMessage {
  /// The answer that a command got before, byte for byte.
  init(recorded entry: InboxEntry) {
    self.init(
      id: entry.resultID, type: entry.resultType, time: entry.recordedAt, tenantID: entry.tenantID, body: entry.result)
  }

  /// The answer to a command that has the key of another one.
  ///
  /// Its key is taken, so the inbox can't remember it. It gets the same bytes each time all the same: the id is made
  /// of what the two commands are, the time is that of the first answer. The trace, which the answer carries on, is
  /// part of the id: one id never has two contents.
  init(conflictOf command: DecodedCommand, with entry: InboxEntry) {
    let trace = command.context.trace.map { $0.traceparent + ($0.tracestate ?? "") } ?? ""
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    let random = (command.fingerprint + trace.utf8).reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    let id = ULID(
      milliseconds: entry.resultID.milliseconds,
      randomness: .init(high: ~entry.resultID.randomness.high, low: entry.resultID.randomness.low ^ random))
    let rejection = Rejection(
      code: .idempotencyConflict, message: "another command has been sent with this source and id")
    self = ResultEncoder.encode(.failure(rejection), of: command, id: id, at: entry.recordedAt)
  }
}
