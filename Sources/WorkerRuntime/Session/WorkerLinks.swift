package import DeliveryPipeline
package import UnitOfWork

/// A worker's connections to both servers, by the ports that it uses them through.
package struct WorkerLinks: Sendable {
  package let store: any UnitOfWorkStore
  package let lease: any ActiveWorkerLease
  /// Takes the right to publish what the queue's workers have committed, where it is free: one connection has it, until
  /// its end. Whether this one has it now; may be asked again.
  package let claimPublishing: @Sendable () async throws -> Bool
  /// Whether anybody consumes the queue; true also while that can't be told.
  package let isConsumed: @Sendable () async throws -> Bool
  /// Begins to consume the queue; called once.
  package let consume: @Sendable () async throws -> any DeliverySource
  /// Begins to consume the queue of what the broker has dead-lettered, on a connection of its own.
  package let connectDeadLetters: @Sendable () async throws -> Link<any DeliverySource>
  /// `<virtual host>/<queue>`: what that queue is called in the ledger.
  package let deadQueue: String
  package let publisher: any MessagePublisher
  /// Returns why, when one of the connections is lost, or the task is cancelled.
  package let waitUntilBroken: @Sendable () async -> any Error
  /// Why work does not flow although all connections are there; nil when nothing stands against it.
  package let obstacle: @Sendable () -> String?
  /// What of the broker's objects is missing, and what it says of the queue; a sign of life.
  package let checkBroker: @Sendable () async throws -> BrokerHealth
  /// What an operator should know about the servers, although work flows; no secrets.
  package let warnings: [String]
  /// Closes all of them. Bounded.
  package let close: @Sendable () async -> Void

  package init(
    store: any UnitOfWorkStore, lease: any ActiveWorkerLease, publisher: any MessagePublisher,
    claimPublishing: @escaping @Sendable () async throws -> Bool,
    isConsumed: @escaping @Sendable () async throws -> Bool,
    consume: @escaping @Sendable () async throws -> any DeliverySource,
    connectDeadLetters: @escaping @Sendable () async throws -> Link<any DeliverySource>, deadQueue: String,
    waitUntilBroken: @escaping @Sendable () async -> any Error,
    obstacle: @escaping @Sendable () -> String? = { nil },
    checkBroker: @escaping @Sendable () async throws -> BrokerHealth = { BrokerHealth() }, warnings: [String] = [],
    close: @escaping @Sendable () async -> Void
  ) {
    self.store = store
    self.lease = lease
    self.claimPublishing = claimPublishing
    self.isConsumed = isConsumed
    self.consume = consume
    self.connectDeadLetters = connectDeadLetters
    self.deadQueue = deadQueue
    self.publisher = publisher
    self.waitUntilBroken = waitUntilBroken
    self.obstacle = obstacle
    self.checkBroker = checkBroker
    self.warnings = warnings
    self.close = close
  }
}
