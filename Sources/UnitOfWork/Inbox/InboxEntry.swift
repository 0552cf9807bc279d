import WorkspaceApplication
package import WorkspaceDomain

/// A command that was processed, and the answer that every repetition of it gets.
package struct InboxEntry: Sendable, Equatable {
  package let key: InboxKey
  /// SHA-256 over type, tenant and data: what must be equal for two commands of one key to be the same command.
  package let fingerprint: [UInt8]
  package let tenantID: TenantID
  package let resultID: ULID
  /// The result's type, which is its routing key.
  package let resultType: String
  /// The result as it was published first, byte for byte.
  package let result: [UInt8]
  package let recordedAt: Timestamp

  package init(
    key: InboxKey, fingerprint: [UInt8], tenantID: TenantID, resultID: ULID, resultType: String, result: [UInt8],
    recordedAt: Timestamp
  ) {
    self.key = key
    self.fingerprint = fingerprint
    self.tenantID = tenantID
    self.resultID = resultID
    self.resultType = resultType
    self.result = result
    self.recordedAt = recordedAt
  }
}
