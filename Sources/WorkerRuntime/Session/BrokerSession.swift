package import Coordination
package import Messaging
package import UnitOfWork

/// Port: a worker's connections to the broker, for one queue, until the first of them is lost.
package protocol BrokerSession: Closable {
  /// Which broker it is, for workers that stand by.
  var identity: LeaseHolder.Broker { get }
  /// What an operator should know about the broker, although work flows; no secrets.
  var warnings: [String] { get }
  /// The broker delivers messages with a high priority before others.
  var honoursPriorities: Bool { get }
  var publisher: any MessagePublisher { get }
  /// `<virtual host>/<queue>`: what the queue of what the broker has dead-lettered is called in the ledger.
  var deadQueue: String { get }
  /// Why work does not flow although all connections are there; nil when nothing stands against it.
  var obstacle: String? { get }

  /// Takes the right to publish what the queue's workers have committed, where it is free: one session has it, until its
  /// end.
  ///
  /// - Returns: whether this one has it now; may be asked again.
  func claimPublishing() async throws -> Bool

  /// Whether anybody consumes the queue; true also while that can't be told.
  func isConsumed() async throws -> Bool

  /// Begins to consume the queue; called once.
  func consume() async throws -> any DeliverySource

  /// Begins to consume the queue of what the broker has dead-lettered, on a connection of its own.
  func connectDeadLetters() async throws -> Link<any DeliverySource>

  /// What of the broker's objects is missing, and what it says of the queue; a sign of life.
  func health() async throws -> BrokerHealth

  /// Returns why, when one of the connections is lost; when the task is cancelled, any error.
  func waitUntilClosed() async -> any Error
}
