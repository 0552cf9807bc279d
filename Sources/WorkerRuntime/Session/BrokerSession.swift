package import Coordination
package import Messaging
package import UnitOfWork

/// Port: a worker's connections to the broker, for one queue, until any of them is lost.
package protocol BrokerSession: Closable {
  /// Identifies the broker, for standby workers.
  var identity: LeaseHolder.Broker { get }
  /// What an operator should know about the broker even while work flows; no secrets.
  var warnings: [String] { get }
  /// Whether the broker delivers messages with a high priority before others.
  var honoursPriorities: Bool { get }
  var publisher: any MessagePublisher { get }
  /// `<virtual host>/<queue>`: the ledger's name for the queue of messages dead-lettered by the broker.
  var deadQueue: String { get }
  /// Why work does not flow although all connections exist; nil if it can flow.
  var obstacle: String? { get }

  /// Claims the right to publish what the queue's workers have committed, if it is free: one session holds it until
  /// that session ends.
  ///
  /// - Returns: whether this session now holds it; may be called again.
  func claimPublishing() async throws -> Bool

  /// Within this time the broker notices that a consumer has vanished without closing its connection.
  var releaseTime: Duration { get }

  /// Whether the queue has a consumer.
  func occupancy() async throws -> QueueOccupancy

  /// Starts consuming the queue; called once.
  func consume() async throws -> any DeliverySource

  /// Starts consuming the queue of messages dead-lettered by the broker, on a connection of its own.
  func connectDeadLetters() async throws -> Link<any DeliverySource>

  /// Which objects are missing on the broker, and the figures of the queue; the answer is also a sign of life.
  func health() async throws -> BrokerHealth

  /// Returns the reason when one of the connections is lost; any error when the task is cancelled.
  func waitUntilClosed() async -> any Error
}
