package import Messaging

/// Messages to be committed as one entry of the outbox, in the order in which they must be published.
///
/// An entry holds many messages, so that hundreds of them share the cost of inserting and deleting a database row. They
/// are still published one by one.
package struct OutgoingMessages: Sendable, Equatable {
  /// An entry takes no further message once it has reached this size.
  package static let maximumBytes = 1 << 20

  package private(set) var messages: [AMQPMessage] = []
  /// The size of all bodies and properties.
  package private(set) var bytes = 0

  package init(_ messages: [AMQPMessage] = []) {
    for message in messages { append(message) }
  }

  package var isFull: Bool { bytes >= Self.maximumBytes }

  package mutating func append(_ message: AMQPMessage) {
    messages.append(message)
    bytes += message.size
  }
}
