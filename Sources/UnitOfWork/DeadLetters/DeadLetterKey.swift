/// Identifies a redelivered message as the one already in the ledger.
package struct DeadLetterKey: Sendable, Hashable {
  /// `<virtual host>/<queue>`: another queue may get the same message, and records it separately.
  package let queue: String
  /// SHA-256 over the message.
  package let fingerprint: [UInt8]

  package init(queue: String, fingerprint: [UInt8]) {
    self.queue = queue
    self.fingerprint = fingerprint
  }
}
