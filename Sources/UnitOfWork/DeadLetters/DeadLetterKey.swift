/// What makes a message that is delivered again the one that is in the ledger already.
package struct DeadLetterKey: Sendable, Hashable {
  /// `<virtual host>/<queue>`: another queue may get the same message, and records it for itself.
  package let queue: String
  /// SHA-256 over the message.
  package let fingerprint: [UInt8]

  package init(queue: String, fingerprint: [UInt8]) {
    self.queue = queue
    self.fingerprint = fingerprint
  }
}
