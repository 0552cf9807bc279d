package import WorkspaceApplication
package import WorkspaceDomain

/// A command that was processed, and the answer that every repetition of it gets.
package struct InboxEntry: Sendable, Equatable {
  package let key: InboxKey
  package let fingerprint: RecordedFingerprint
  package let resultID: ULID
  /// The result's type, which is its routing key.
  package let resultType: String
  /// The result as first published, byte for byte. Empty in a ``Snapshot`` if no question had this fingerprint: the
  /// answer to another command is not revealed.
  package let result: [UInt8]
  package let recordedAt: Timestamp

  package init(
    key: InboxKey, fingerprint: RecordedFingerprint, resultID: ULID, resultType: String, result: [UInt8],
    recordedAt: Timestamp
  ) {
    self.key = key
    self.fingerprint = fingerprint
    self.resultID = resultID
    self.resultType = resultType
    self.result = result
    self.recordedAt = recordedAt
  }

  /// Whether the command became a dead letter: the only kind of answer that a replay may replace.
  package var isFailure: Bool { resultType.hasSuffix(".failed") }
}
