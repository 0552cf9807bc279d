package import Messaging

/// The position of an entry in the outbox: increases in the order in which messages must be published.
package struct OutboxID: Sendable, Hashable, Comparable {
  package let number: Int64

  package init(number: Int64) { self.number = number }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }
}

/// Messages that were committed together and are not yet known to have been published.
package struct OutboxEntry: Sendable, Equatable {
  package let id: OutboxID
  /// In the order in which they must be published.
  package let messages: [AMQPMessage]

  /// The messages that are sent as replies. Worker versions before 1.1 mixed them with the others in one entry.
  package var replies: [AMQPMessage] { messages.filter(\.isReply) }
  /// The messages that are published with publisher confirms.
  package var publications: [AMQPMessage] { messages.filter { !$0.isReply } }

  package init(id: OutboxID, messages: [AMQPMessage]) {
    self.id = id
    self.messages = messages
  }
}
