package import WorkspaceDomain

/// An encoded result or event, with the fields that its message properties repeat.
package struct EncodedMessage: Sendable, Equatable {
  package let id: ULID
  package let type: String
  package let time: Timestamp
  /// Nil for a result whose command has no readable tenant.
  package let tenantID: TenantID?
  package let body: [UInt8]

  package init(id: ULID, type: String, time: Timestamp, tenantID: TenantID?, body: [UInt8]) {
    self.id = id
    self.type = type
    self.time = time
    self.tenantID = tenantID
    self.body = body
  }
}
