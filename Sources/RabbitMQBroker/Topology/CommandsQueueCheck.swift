internal import Messaging
internal import RabbitMQClient

/// Checks, when a worker connects, whether the queue of commands is as planned. The worker serves a queue that differs,
/// too; the check says what the difference means.
struct CommandsQueueCheck: Sendable {
  private let manager: TopologyManager
  private let names: BrokerNames
  private let broker: ServerProperties

  /// - Parameter broker: the broker at the other end of `connection`.
  init(_ names: BrokerNames, on connection: RabbitMQConnection, broker: ServerProperties) {
    manager = TopologyManager(connection)
    self.names = names
    self.broker = broker
  }

  /// Compares the queue with what is planned. If an earlier version made the queue, restores the binding that its dead
  /// letters need: without the binding, which may have been removed, they would silently be lost.
  ///
  /// - Returns: what an operator should know; nothing if all is well, there is no queue, or the right to check is
  ///   missing.
  /// - Throws: ``RabbitMQError`` when the connection is lost; `CancellationError`.
  func warnings() async throws -> [String] {
    do {
      let planned = Topology.standard(names, broker: broker)
      let queues = planned.queues.filter { $0.name == names.commandsQueue }
      let plan = try await manager.plan(Topology(exchanges: [], queues: queues, bindings: []))
      guard case .incompatible(let difference) = plan.items.first?.state else { return [] }
      return [try await warning(of: difference, bindings: planned.formerBindings)]
    } catch RabbitMQError.channelClosed(.accessRefused, _) {
      return []
    }
  }

  private func warning(of difference: InequivalentArgument, bindings: [Topology.Binding]) async throws -> String {
    let queue = names.commandsQueue.text ?? ""
    let deadQueue = names.deadLettersQueue.text ?? ""
    if difference.argument == "x-delivery-limit", let version = broker.majorVersion, version >= 4 {
      return
        "the queue \(queue) lacks an x-delivery-limit of -1, as it was created before RabbitMQ 4: after "
        + "\(difference.current ?? "20") deliveries, such as after kills of the worker, the broker takes a command "
        + "out of order and dead-letters it (delivery_limit); \(difference.text)"
    }
    guard try await isFormer() else {
      return "the queue \(queue) is not as planned, and what the broker dead-letters may be lost: \(difference.text)"
    }
    let meaning =
      "the queue \(queue) was created by an earlier version: what the broker dead-letters reaches \(deadQueue) only "
      + "while that is bound to \(names.deadLettersExchange.text ?? "") with '#'"
    do {
      try await manager.ensure(bindings)
      return meaning
    } catch RabbitMQError.channelClosed(_, let text) {
      return "\(meaning), which could not be ensured: \(text)"
    }
  }

  private func isFormer() async throws -> Bool {
    let former = Topology.formerCommandsQueue(names, broker: broker)
    return try await manager.plan(Topology(exchanges: [], queues: [former], bindings: [])).items.first?.state == .exists
  }
}
