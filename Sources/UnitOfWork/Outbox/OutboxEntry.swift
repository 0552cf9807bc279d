package import DeliveryPipeline
package import WorkspaceDomain

/// The place of a message in the outbox: increasing in the order in which one tenant's messages must be published.
package struct OutboxID: Sendable, Hashable, Comparable {
  package let number: Int64

  package init(number: Int64) { self.number = number }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }
}

/// A message that was committed and is not yet known to be published.
package struct OutboxEntry: Sendable, Equatable {
  package let id: OutboxID
  package let message: OutboundMessage

  package init(id: OutboxID, message: OutboundMessage) {
    self.id = id
    self.message = message
  }
}

/// A message to be committed. `tenantID` is nil where a command could not be read that far.
package struct OutgoingMessage: Sendable, Equatable {
  package let tenantID: TenantID?
  package let message: OutboundMessage

  package init(tenantID: TenantID?, message: OutboundMessage) {
    self.tenantID = tenantID
    self.message = message
  }
}
