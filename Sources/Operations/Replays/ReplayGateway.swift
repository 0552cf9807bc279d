package import Coordination
package import Messaging

/// Port: access to the exchange of commands, for replayed letters.
package protocol ReplayGateway: Sendable {
  func open() async throws -> any ReplayLink
}

/// A connection with the broker that letters are sent over.
package protocol ReplayLink: Closable {
  /// A publisher that treats each message independently: those after a failed one are still published. A message that
  /// no queue takes fails.
  ///
  /// - Throws: if the broker lacks what every letter needs, such as the queue of commands, so that no letter is
  ///   blamed for it.
  func publisher() async throws -> any MessagePublisher
}
