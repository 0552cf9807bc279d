package import Coordination
package import Messaging

/// Port: the way to the exchange of commands, for letters that are sent again.
package protocol ReplayGateway: Sendable {
  func open() async throws -> any ReplayLink
}

/// A connection with the broker that letters are sent over.
package protocol ReplayLink: Closable {
  /// A publisher for which each message stands by itself: those behind one that fails go on, and one that no queue
  /// takes fails.
  ///
  /// - Throws: where the broker lacks what each letter needs, such as the queue of commands: that is no letter's fault.
  func publisher() async throws -> any MessagePublisher
}
