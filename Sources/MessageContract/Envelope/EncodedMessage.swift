package import WorkspaceDomain

/// A result or an event in the bytes of the wire, with what the properties of its message repeat.
package struct EncodedMessage: Sendable, Equatable {
  package let id: ULID
  package let type: String
  package let time: Timestamp
  /// nil for a result whose command could not be read that far.
  package let tenantID: TenantID?
  package let body: [UInt8]
}
