/// Identifies a redelivered message as the one already in the ledger.
package struct DeadLetterKey: Sendable, Hashable {
  /// `<virtual host>/<queue>`: the same message in another queue is recorded separately.
  package let queue: String
  /// SHA-256 of the message.
  package let fingerprint: [UInt8]

  package init(queue: String, fingerprint: [UInt8]) {
    self.queue = queue
    self.fingerprint = fingerprint
  }
}
