package import Messaging

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

  /// The messages that are sent as replies. Worker versions before 1.1 put them among the others.
  package var replies: [OutboundMessage] { messages.filter(\.isReply) }
  /// The messages that are published with confirms.
  package var publications: [OutboundMessage] { messages.filter { !$0.isReply } }

  package init(id: OutboxID, messages: [OutboundMessage]) {
    self.id = id
    self.messages = messages
  }
}
