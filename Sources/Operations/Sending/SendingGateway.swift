package import Coordination
package import Messaging

/// Port: sends commands to the broker, and receives results.
package protocol SendingGateway: Sendable {
  func open() async throws -> any SendingLink

  /// Opens a queue of this process that results can be sent to.
  func openReplies() async throws -> any ReplyQueue
}

/// A connection that commands are published over.
package protocol SendingLink: Closable {
  /// A publisher that keeps the order of commands, and fails if one reaches no queue.
  func publisher() async throws -> any MessagePublisher
}

/// A queue of this process.
package protocol ReplyQueue: Closable {
  var name: ShortString { get }

  /// What has arrived; nil if nothing arrives within `patience`.
  func next(within patience: Duration) async throws -> [Delivery]?
}
