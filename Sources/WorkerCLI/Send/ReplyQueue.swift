import DeliveryPipeline
import RabbitMQClient
import WorkspaceDomain

/// A queue of this process for the results of the commands that it sends. The broker deletes it when nobody has used
/// it for a minute.
struct ReplyQueue {
  private static let expiryMilliseconds: Int64 = 60_000

  let name: ShortString
  private let connection: RabbitMQConnection
  private let consumer: RabbitMQConsumer

  static func open(_ configuration: RabbitMQConfiguration) async throws -> ReplyQueue {
    let connection = try await RabbitMQConnection.open(configuration)
    do {
      let name = ShortString("workspace-worker.replies.\(ULID.random())") ?? ""
      var arguments = HeaderTable()
      arguments.append("x-expires", expiryMilliseconds)
      try await connection.declare([.queue(name, arguments: arguments, isPassive: false)])
      return ReplyQueue(
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
