internal import Coordination
package import Messaging
internal import Operations
package import RabbitMQClient
internal import WorkerRuntime
internal import WorkspaceDomain

/// A queue of this process, for messages sent to it or to an exchange. The broker deletes it after a minute without
/// use.
package struct TemporaryQueue: ReplyQueue {
  /// The prefix of all their names.
  package static let prefix = "workspace-worker.temporary"

  private static let expiryMilliseconds: Int64 = 60_000

  package let name: ShortString
  private let connection: RabbitMQConnection
  private let consumer: RabbitMQConsumer

  /// - Parameter exchange: the queue also receives what is published there with routing keys that match `pattern`.
  package static func open(
    _ configuration: RabbitMQConfiguration, exchange: ShortString? = nil, pattern: ShortString = "#"
  ) async throws -> TemporaryQueue {
    let id = try MonotonicIdentifiers().next(at: SystemWallClock().now())
    return try await RabbitMQConnection.open(configuration).closedOnFailure { connection in
      let name = ShortString("\(prefix).\(id)") ?? "workspace-worker.temporary"
      var arguments = HeaderTable()
      arguments.append("x-expires", expiryMilliseconds)
      try await connection.declare([.queue(name, arguments: arguments, isPassive: false)])
      if let exchange {
        try await connection.declare([.binding(queue: name, exchange: exchange, routingKey: pattern)])
      }
      return TemporaryQueue(
        name: name, connection: connection, consumer: try await RabbitMQConsumer.start(on: connection, queue: name))
    }
  }

  /// What has arrived; nil if nothing arrives within `patience`.
  package func next(within patience: Duration) async throws -> [Delivery]? {
    let deliveries = try await withTimeLimit(patience) { [consumer] in try await consumer.deliveries() }
    if let last = deliveries?.last {
      try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
    }
    return deliveries
  }

  package func close() async { await connection.close() }
}
