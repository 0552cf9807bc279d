import DeliveryPipeline
import RabbitMQClient
import WorkspaceDomain

/// A queue of this process, for what is sent to it or to an exchange. The broker deletes it when nobody has used it
/// for a minute.
struct TemporaryQueue {
  private static let expiryMilliseconds: Int64 = 60_000

  let name: ShortString
  private let connection: RabbitMQConnection
  private let consumer: RabbitMQConsumer

  /// - Parameter exchange: also takes what is published there under routing keys that match `pattern`.
  static func open(
    _ configuration: RabbitMQConfiguration, exchange: ShortString? = nil, pattern: ShortString = "#"
  ) async throws -> TemporaryQueue {
    let connection = try await RabbitMQConnection.open(configuration)
    do {
      let name = ShortString("workspace-worker.temporary.\(ULID.random())") ?? "workspace-worker.temporary"
      var arguments = HeaderTable()
      arguments.append("x-expires", expiryMilliseconds)
      try await connection.declare([.queue(name, arguments: arguments, isPassive: false)])
      if let exchange {
        try await connection.declare([.binding(queue: name, exchange: exchange, routingKey: pattern)])
      }
      return TemporaryQueue(
        name: name, connection: connection, consumer: try await RabbitMQConsumer.start(on: connection, queue: name))
    } catch {
      await connection.close()
      throw error
    }
  }

  /// What has arrived; nil when nothing does for as long as `patience`.
  func next(within patience: Duration) async throws -> [Delivery]? {
    let consumer = consumer
    let deliveries = try await withThrowingTaskGroup(of: [Delivery]?.self) { group in
      group.addTask { try await consumer.deliveries() }
      group.addTask {
        try await Task.sleep(for: patience)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    if let last = deliveries?.last {
      try await consumer.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
    }
    return deliveries
  }

  func close() async { await connection.close() }
}
