package import Messaging
package import RabbitMQClient
package import WorkerRuntime

/// Checks whether the broker has what the worker needs. Passively: no right to configure is needed.
package struct BrokerHealthCheck: Sendable {
  private let topology: Topology
  private let queue: ShortString
  private let manager: TopologyManager

  package init(topology: Topology, queue: ShortString, on connection: RabbitMQConnection) {
    self.topology = topology
    self.queue = queue
    manager = TopologyManager(connection)
  }

  package func check() async throws -> BrokerHealth {
    let missing = try await missing()
    let statistics = try await manager.statistics(of: queue)
    return BrokerHealth(
      missing: missing,
      queue: statistics.map { QueueFigures(messages: $0.messageCount, consumers: $0.consumerCount) })
  }

  /// Missing exchanges and queues.
  package func missing() async throws -> MissingConditions {
    let missing = try await manager.check(topology).items.filter { $0.state == .missing && $0.kind != .binding }
    guard !missing.isEmpty else { return MissingConditions([:]) }
    let names = missing.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", ")
    return MissingConditions(.topology, "the broker has no \(names): workspace-worker topology apply creates it")
  }
}
