package import DeliveryPipeline

/// The place of an entry in the outbox: increasing in the order in which messages must be published.
package struct OutboxID: Sendable, Hashable, Comparable {
  package let number: Int64

  package init(number: Int64) { self.number = number }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }
}

/// Messages that were committed together and are not yet known to be published.
package struct OutboxEntry: Sendable, Equatable {
  package let id: OutboxID
  /// In the order in which they must be published.
  package let messages: [OutboundMessage]

  package init(id: OutboxID, messages: [OutboundMessage]) {
    self.id = id
    self.messages = messages
  }
}
