package import Messaging

/// Messages to be committed as one entry of the outbox, in the order in which they must be published.
///
/// An entry holds many: what a row costs the database, to write and to remove again, then counts once for hundreds of
/// messages. They are published one by one all the same.
package struct OutgoingMessages: Sendable, Equatable {
  /// An entry takes no further message when they have this size together.
  package static let maximumBytes = 1 << 20

  package private(set) var messages: [OutboundMessage] = []
  /// The size of bodies and properties.
  package private(set) var bytes = 0

  package init(_ messages: [OutboundMessage] = []) {
    for message in messages { append(message) }
  }

  package var isFull: Bool { bytes >= Self.maximumBytes }

  package mutating func append(_ message: OutboundMessage) {
    messages.append(message)
    bytes += message.size
  }
}
