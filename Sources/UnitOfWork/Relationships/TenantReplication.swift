/// How far a tenant's relationships are replicated, at one moment.
package struct TenantReplication: Sendable, Equatable {
  /// The sequence of the tenant's last event; nil if the tenant is unknown.
  package let sequence: Int64?
  /// Whether changes of the tenant's relationships are waiting to be replicated.
  package let isWaiting: Bool
  /// The moment after the last replicated change, in the replica's format; nil if there was none.
  package let token: String?

  package init(sequence: Int64?, isWaiting: Bool, token: String?) {
    self.sequence = sequence
    self.isWaiting = isWaiting
    self.token = token
  }
}
